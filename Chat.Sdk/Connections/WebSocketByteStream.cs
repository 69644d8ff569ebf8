using System.Buffers;
using System.Net.WebSockets;

namespace ChatActors.Client.Connections;

/// <summary>A WebSocket as a connection reads and writes it: as a stream. What is written before a flush becomes one text message.</summary>
sealed class WebSocketByteStream(WebSocket socket) : Stream
{
    readonly ArrayBufferWriter<byte> _message = new();

    /// <summary>What the other side gave as its reason, once it has closed.</summary>
    public string? CloseReason { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc />
    /// <exception cref="IOException">The connection broke.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            while (true)
            {
                var received = await socket.ReceiveAsync(buffer, cancellationToken);
                if (received.MessageType == WebSocketMessageType.Close)
                {
                    CloseReason = $"{(int?)socket.CloseStatus} {socket.CloseStatusDescription}".Trim();
                    return 0;
                }

                if (received.Count > 0)
                    return received.Count; // an empty message would look like the end
            }
        }
        catch (WebSocketException e)
        {
            throw new IOException(e.Message, e);
        }
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _message.Write(buffer.Span);
        return default;
    }

    /// <inheritdoc />
    /// <exception cref="IOException">The connection broke.</exception>
    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        if (_message.WrittenCount == 0)
            return;
        try
        {
            await socket.SendAsync(_message.WrittenMemory, WebSocketMessageType.Text, endOfMessage: true, cancellationToken);
        }
        catch (WebSocketException e)
        {
            throw new IOException(e.Message, e);
        }

        _message.ResetWrittenCount();
    }

    /// <summary>Says that nothing more comes.</summary>
    /// <exception cref="IOException">The connection broke.</exception>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        try
        {
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, cancellationToken);
        }
        catch (WebSocketException e)
        {
            throw new IOException(e.Message, e);
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            socket.Abort();
            socket.Dispose();
        }

        base.Dispose(disposing);
    }
}
