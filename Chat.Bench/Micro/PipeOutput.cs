using System.Buffers;
using System.IO.Pipelines;
using Chat.Node.Gateway;

namespace Chat.Bench.Micro;

/// <summary>Frames into a pipe.</summary>
sealed class PipeOutput(PipeWriter pipe) : IFrameOutput
{
    public void Write(ReadOnlySpan<byte> bytes) => pipe.Write(bytes);

    public ValueTask<FlushResult> FlushAsync() => pipe.FlushAsync();
}
