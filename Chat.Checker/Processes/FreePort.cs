using System.Net;
using System.Net.Sockets;

namespace Chat.Checker.Processes;

/// <summary>
/// Ports for processes that open them a moment later. Below those that the system gives to outgoing connections (from 32768 on): one
/// of that range would now and then be taken meanwhile. Test processes that run beside each other (test.sh) have a part of the range each:
/// a node that is started again wants the port that it had.
/// </summary>
static class FreePort
{
    const int First = 15_000;
    const int PartLength = 4_000;
    const int Parts = 4;

    static readonly int? Part = int.TryParse(Environment.GetEnvironmentVariable("TEST_PART"), out var part) ? part % Parts : null;
    static readonly int Lowest = First + (Part ?? 0) * PartLength;
    static readonly int Highest = Lowest + (Part is null ? Parts : 1) * PartLength;

    static int _last = Random.Shared.Next(Lowest, Highest);

    public static int Next()
    {
        while (true)
        {
            var port = Lowest + (Interlocked.Increment(ref _last) - Lowest) % (Highest - Lowest);
            try
            {
                using var listener = new TcpListener(IPAddress.Any, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // taken: the next one
            }
        }
    }
}
