using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.WebSockets;
using Chat.Protocol;

namespace Chat.Node.Gateway;

/// <summary>
/// A WebSocket: what a flush takes is one text message, an object a line. It lasts as long as its reader, which waits for the client's
/// close frame in the end.
/// </summary>
sealed class WebSocketConnection(string id, IPAddress? address, WebSocket socket, Action abort, TimeProvider clock, ITransportPeer? peer = null)
    : SessionConnection(id, address, clock, peer)
{
    public override string TransportName => "websocket";

    /// <summary>Proxies close connections that were silent for a minute.</summary>
    public const int HeartbeatSeconds = 25;

    /// <summary>A close frame takes no longer reason, in bytes of UTF-8.</summary>
    public const int MaxReasonBytes = 123;

    const int FirstBufferBytes = 4096;

    static readonly FlushResult Over = new(isCanceled: false, isCompleted: true);

    byte[]? _message; // there while something is written
    int _length;
    (CloseCode Code, string Text)? _reason;

    public override int MaxHeartbeatSeconds => HeartbeatSeconds;

    /// <summary>Why it ends, as far as its session has said so.</summary>
    public (CloseCode Code, string Text) Reason => _reason ?? (CloseCode.GoingAway, "");

    /// <summary>The network has failed, or nobody is to be waited for: there is no use in a close frame.</summary>
    public bool IsAborted { get; private set; }

    /// <summary>Ends it at once, whoever waits for something.</summary>
    public void Cut()
    {
        IsAborted = true;
        abort();
    }

    public override void GiveReason(CloseCode code, string reason) => _reason ??= (code, CutReason(reason));

    public override void Write(ReadOnlySpan<byte> bytes)
    {
        if (_message is null || _message.Length - _length < bytes.Length)
            Grow(bytes.Length);
        bytes.CopyTo(_message.AsSpan(_length));
        _length += bytes.Length;
    }

    public override ValueTask<FlushResult> FlushAsync()
    {
        if (_length == 0)
            return default;
        ValueTask sending;
        try
        {
            sending = socket.SendAsync(_message.AsMemory(0, _length), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        }
        catch (Exception e) when (IsEnd(e))
        {
            return new ValueTask<FlushResult>(Over);
        }

        if (!sending.IsCompletedSuccessfully)
            return FinishAsync(sending);
        Release();
        return default;
    }

    /// <summary>What a connection says whose other side is gone, whoever of the parts below says it.</summary>
    public static bool IsEnd(Exception e) => e is WebSocketException or IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException;

    /// <summary>At the border of two code points.</summary>
    public static string CutReason(string reason)
    {
        var length = 0;
        var bytes = 0;
        foreach (var rune in reason.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > MaxReasonBytes)
                return reason[..length];
            length += rune.Utf16SequenceLength;
        }

        return reason;
    }

    /// <summary>What waits is thrown away; with a reason the client is told it first, if it takes it.</summary>
    protected override void Abort()
    {
        if (_reason is null)
            Cut();
    }

    /// <summary>A read that is cancelled would break the connection: it is left to the client's close frame.</summary>
    protected override void WakeReader()
    {
    }

    async ValueTask<FlushResult> FinishAsync(ValueTask sending)
    {
        try
        {
            await sending;
            Release();
            return default;
        }
        catch (Exception e) when (IsEnd(e))
        {
            return Over; // what the socket was given is not for others to write to
        }
    }

    void Grow(int more)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(FirstBufferBytes, _length + more));
        if (_message is not null)
        {
            _message.AsSpan(0, _length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_message);
        }

        _message = larger;
    }

    void Release()
    {
        ArrayPool<byte>.Shared.Return(_message!);
        (_message, _length) = (null, 0);
    }
}
