using System.IO.Pipelines;
using System.Net;
using Chat.Protocol;

namespace Chat.Node.Gateway;

/// <summary>Takes the frames of one client.</summary>
interface IFrameOutput
{
    /// <summary>To a modern client exactly one object with each call; to a legacy one also a part of an object, or the blanks behind it.</summary>
    void Write(ReadOnlySpan<byte> bytes);

    /// <summary>Ends when what was written has left this process.</summary>
    /// <returns>Completed or cancelled if the connection has ended.</returns>
    /// <exception cref="InvalidOperationException">The connection has just ended.</exception>
    ValueTask<FlushResult> FlushAsync();
}

/// <summary>
/// A client's connection as its session sees it, whatever carries it. Its reader hands over requests as messages, one for each credit.
/// </summary>
interface ISessionTransport : IFrameOutput
{
    string Id { get; }

    IPAddress? Address { get; }

    /// <summary>What is known of the client's machine; null where nothing is.</summary>
    ITransportPeer? Peer { get; }

    /// <summary>A client has to give a sign of life as often as this, whatever the settings allow.</summary>
    int MaxHeartbeatSeconds { get; }

    /// <summary>Nothing is read or written any more.</summary>
    bool IsEnded { get; }

    /// <summary>Decides which idle limit holds.</summary>
    bool IsModern { set; }

    /// <summary>Logged in: the deadline for logging in is over.</summary>
    bool IsLoggedIn { set; }

    /// <summary>A password is being checked: the deadline waits for us, not for the client.</summary>
    bool IsLoggingIn { set; }

    /// <summary>Whose messages it gets, or is about to; 0 if nobody's.</summary>
    int UserId { set; }

    /// <summary>Logged out: the deadline runs again.</summary>
    void RestartLoginDeadline();

    /// <summary>A request has its answer, or needs none: its reader may hand over another one.</summary>
    void ReturnCredit();

    /// <summary>What was read is finished, nothing more is read.</summary>
    void StopReading();

    /// <summary>Before <see cref="End"/>: why the session ends, for transports that can say so. The first one counts.</summary>
    void GiveReason(CloseCode code, string reason);

    /// <summary>Ends the connection.</summary>
    /// <param name="isGraceful">Everything that was to be sent has been flushed; else what is still in buffers is thrown away.</param>
    void End(bool isGraceful);
}

/// <summary>The machine at the other end of a connection, perhaps a load balancer, and what its TCP says. Safe from any thread.</summary>
interface ITransportPeer
{
    /// <summary>What is written is what the socket gets: no TLS in between.</summary>
    bool IsPlain { get; }

    /// <summary>False when the socket is closed.</summary>
    bool TryRead(out TcpInfo info);

    /// <summary>Writes one frame without waiting, as a segment of its own.</summary>
    /// <returns>How many bytes the system took; fewer than there are when its buffer is full.</returns>
    /// <exception cref="IOException">The connection has ended.</exception>
    int Send(ReadOnlySpan<byte> frame);

    /// <summary>Asks for a sign of life each second.</summary>
    void ProbeOften();

    /// <summary>Asks for a sign of life as ever.</summary>
    void ProbeSeldom();
}
