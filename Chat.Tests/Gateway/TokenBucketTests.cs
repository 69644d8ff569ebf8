using Chat.Node.Gateway;
using Xunit;

namespace Chat.Tests.Gateway;

public sealed class TokenBucketTests
{
    [Fact]
    public void A_burst_of_one_second_passes_and_no_more()
    {
        var bucket = new TokenBucket(3);
        Assert.Equal([true, true, true, false, false], Take(ref bucket, 1000, 5));
    }

    [Fact]
    public void Time_brings_tokens_back_in_proportion()
    {
        var bucket = new TokenBucket(10);
        Take(ref bucket, 1000, 10);
        Assert.Equal([false], Take(ref bucket, 1099, 1));
        Assert.Equal([true, false], Take(ref bucket, 1100, 2));
        Assert.Equal([true, true, false], Take(ref bucket, 1300, 3));
    }

    [Fact]
    public void A_long_silence_saves_one_second_only()
    {
        var bucket = new TokenBucket(2);
        Take(ref bucket, 1000, 2);
        Assert.Equal([true, true, false], Take(ref bucket, 1_000_000, 3));
    }

    [Fact]
    public void Zero_is_no_limit()
    {
        var bucket = new TokenBucket(0);
        Assert.DoesNotContain(false, Take(ref bucket, 1000, 10_000));
    }

    static List<bool> Take(ref TokenBucket bucket, long now, int count)
    {
        var taken = new List<bool>();
        for (var i = 0; i < count; i++)
            taken.Add(bucket.TryTake(now));
        return taken;
    }
}
