using System.Text;
using Chat.Bench.Fuzzing;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Protocol;

/// <summary>Random streams with known contents: what is found is what was put in, however the bytes are split.</summary>
public sealed class FrameReaderPropertyTests
{
    [Fact]
    public void Short_streams_give_the_same_at_every_two_cuts()
    {
        for (var seed = 0; seed < 150; seed++)
        {
            var stream = new FrameStreamGenerator(seed, pieces: 1 + (seed % 3)).Generate();
            AssertFound(stream, [], seed);
            AssertSame(stream, FrameFeed.ByteByByte(stream.Bytes, FrameStreamGenerator.MaxFrameBytes, FrameStreamGenerator.MaxDepth), seed, "byte by byte");
            var most = Math.Min(stream.Bytes.Length, 90);
            for (var one = 1; one < most; one++)
            {
                AssertFound(stream, [one], seed);
                for (var other = one + 1; other < most; other += 1 + (seed % 5))
                    AssertFound(stream, [one, other], seed);
            }
        }
    }

    [Fact]
    public void Long_streams_give_the_same_at_random_cuts_and_byte_by_byte()
    {
        for (var seed = 1000; seed < 1030; seed++)
        {
            var stream = new FrameStreamGenerator(seed, pieces: 60).Generate();
            var random = new Random(seed);
            AssertSame(stream, FrameFeed.ByteByByte(stream.Bytes, FrameStreamGenerator.MaxFrameBytes, FrameStreamGenerator.MaxDepth), seed, "byte by byte");
            for (var round = 0; round < 30; round++)
            {
                var cuts = Enumerable.Range(0, random.Next(1, 60)).Select(_ => random.Next(1, stream.Bytes.Length)).Distinct().Order();
                AssertFound(stream, [.. cuts], seed);
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Whether_a_stream_is_lost_does_not_depend_on_the_split(int surplus)
    {
        // 64 times the limit may be skipped: the end of the object falls just before, on and behind that.
        const int max = 16;
        var large = "{\"a\":\"" + new string('x', (65 * max) - 9 + surplus) + "\"}";
        var bytes = Encoding.ASCII.GetBytes(large + "{}");
        var expected = FrameFeed.ByteByByte(bytes, max);

        Assert.Equal(surplus < 2 ? FrameStatus.Frame : FrameStatus.Lost, expected[^1].Status);
        Assert.Equal(expected, FrameFeed.Whole(bytes, max));
        for (var cut = 1; cut < bytes.Length; cut += 3)
            Assert.Equal(expected, FrameFeed.Cut(bytes, [cut], max));
    }

    static void AssertFound(GeneratedStream stream, int[] cuts, int seed) =>
        AssertSame(stream, FrameFeed.Cut(stream.Bytes, cuts, FrameStreamGenerator.MaxFrameBytes, FrameStreamGenerator.MaxDepth), seed, string.Join(',', cuts));

    static void AssertSame(GeneratedStream stream, List<FrameFound> found, int seed, string cuts)
    {
        if (!stream.Expected.SequenceEqual(found))
        {
            Assert.Fail(
                $"seed {seed}, cuts {cuts}\nstream   {Show(stream.Bytes)}\nexpected {string.Join(" | ", stream.Expected)}\nfound    {string.Join(" | ", found)}");
        }
    }

    static string Show(byte[] bytes) =>
        Encoding.Latin1.GetString(bytes).Replace("\0", "<NUL>", StringComparison.Ordinal).Replace("\n", "<LF>", StringComparison.Ordinal);
}
