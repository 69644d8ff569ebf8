using System.Net;
using System.Net.Sockets;

namespace Chat.Tests.Support;

/// <summary>
/// Ports for processes that open them a moment later. Below those that the system gives to outgoing connections (from 32768 on): one
/// of that range would now and then be taken meanwhile.
/// </summary>
static class FreePort
{
    const int Lowest = 15_000;
    const int Highest = 32_000;

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
