using System.Buffers;
using System.IO.Pipelines;

namespace Chat.Node.Web;

/// <summary>A connection's two pipes as the stream that a WebSocket wants. They are whose connection it is to end.</summary>
sealed class PipeStream(IDuplexPipe transport) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>With an empty buffer it waits until there is something to read.</summary>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await transport.Input.ReadAsync(cancellationToken);
        var count = (int)Math.Min(buffer.Length, read.Buffer.Length);
        read.Buffer.Slice(0, count).CopyTo(buffer.Span);
        transport.Input.AdvanceTo(read.Buffer.GetPosition(count));
        return count;
    }

    /// <exception cref="IOException">Nobody takes the bytes any more.</exception>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var flush = transport.Output.WriteAsync(buffer, cancellationToken);
        if (!flush.IsCompletedSuccessfully)
            return AwaitAsync(flush);
#pragma warning disable CA2012 // taken once: either here or below
        Check(flush.Result);
#pragma warning restore CA2012
        return default;
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask; // each write is flushed

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    static async ValueTask AwaitAsync(ValueTask<FlushResult> flush) => Check(await flush);

    static void Check(FlushResult flush)
    {
        if (flush.IsCompleted || flush.IsCanceled)
            throw new IOException("the connection has ended");
    }
}
