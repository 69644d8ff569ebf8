using System.Net.Sockets;

namespace Chat.Node.Cluster;

/// <summary>The answer of a node's cluster port.</summary>
enum PeerAnswer
{
    /// <summary>Somebody listens; a frozen process does too.</summary>
    Listening,

    /// <summary>The machine is there, and nobody listens: the process is gone.</summary>
    Refused,

    /// <summary>Nothing comes back.</summary>
    Silent,

    /// <summary>A later start of a node has the port.</summary>
    Superseded,
}

/// <summary>Knocks at the cluster port of a node that gives no sign of life.</summary>
static class PeerProbe
{
    static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(400);

    public static async Task<PeerAnswer> AskAsync(string host, int port)
    {
        using var deadline = new CancellationTokenSource(Patience);
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(host, port, deadline.Token);
            return PeerAnswer.Listening;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode == SocketError.ConnectionRefused ? PeerAnswer.Refused : PeerAnswer.Silent;
        }
        catch (OperationCanceledException)
        {
            return PeerAnswer.Silent;
        }
    }
}
