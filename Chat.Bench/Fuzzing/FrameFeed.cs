using System.Buffers;
using System.Text;
using Chat.Protocol;

namespace Chat.Bench.Fuzzing;

/// <summary>What a reader found: the text is empty unless the status comes with bytes.</summary>
readonly record struct FrameFound(FrameStatus Status, string Text, bool IsSpaced);

/// <summary>
/// Feeds a stream to a <see cref="FrameReader"/> as the connection handler does: what is left is presented again with
/// the next segment behind it, in a sequence of as many segments.
/// </summary>
static class FrameFeed
{
    public static List<FrameFound> Whole(byte[] stream, int maxFrameBytes = 1024, int maxDepth = FrameReader.DefaultMaxDepth) =>
        Cut(stream, [], maxFrameBytes, maxDepth);

    public static List<FrameFound> Whole(string stream, int maxFrameBytes = 1024) => Whole(Encoding.UTF8.GetBytes(stream), maxFrameBytes);

    public static List<FrameFound> ByteByByte(byte[] stream, int maxFrameBytes = 1024, int maxDepth = FrameReader.DefaultMaxDepth) =>
        Cut(stream, [.. Enumerable.Range(1, Math.Max(0, stream.Length - 1))], maxFrameBytes, maxDepth);

    /// <param name="stream">All bytes.</param>
    /// <param name="cuts">Ascending positions at which a new segment begins.</param>
    /// <param name="maxFrameBytes">As of the reader.</param>
    /// <param name="maxDepth">As of the reader.</param>
    public static List<FrameFound> Cut(byte[] stream, int[] cuts, int maxFrameBytes = 1024, int maxDepth = FrameReader.DefaultMaxDepth)
    {
        var reader = new FrameReader(maxFrameBytes, maxDepth);
        var found = new List<FrameFound>();
        var taken = 0;
        foreach (var end in cuts.Append(stream.Length))
        {
            var buffer = Sequence(stream, taken, end, cuts);
            while (reader.Read(ref buffer, out var frame) is var status && status != FrameStatus.NeedMore)
            {
                found.Add(new FrameFound(status, Encoding.Latin1.GetString(frame.ToArray()), status == FrameStatus.Frame && reader.IsSpaced));
                if (status == FrameStatus.Lost)
                    return found;
            }

            taken = end - (int)buffer.Length;
        }

        return found;
    }

    /// <summary>The bytes from start to end, in segments that end at the cuts.</summary>
    public static ReadOnlySequence<byte> Sequence(byte[] stream, int start, int end, int[] cuts)
    {
        var inside = cuts.SkipWhile(cut => cut <= start).TakeWhile(cut => cut < end).ToArray();
        if (inside.Length == 0)
            return new ReadOnlySequence<byte>(stream, start, end - start);
        var first = new Segment(stream.AsMemory(start, inside[0] - start));
        var last = first;
        for (var i = 0; i < inside.Length; i++)
            last = last.Append(stream.AsMemory(inside[i]..(i + 1 < inside.Length ? inside[i + 1] : end)));
        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory) => Memory = memory;

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory) { RunningIndex = RunningIndex + Memory.Length };
            Next = next;
            return next;
        }
    }
}
