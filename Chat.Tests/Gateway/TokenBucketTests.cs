using Chat.Node.Gateway;
using Xunit;

namespace Chat.Tests.Gateway;

public sealed class TokenBucketTests
{
    [Fact]
    public void A_burst_of_one_second_passes_and_no_more()
    {
        var bucket = new TokenBucket(3);
        Assert.Equal([true, true, true, false, false], Take(bucket, 1000, 5));
    }

    [Fact]
    public void Time_brings_tokens_back_in_proportion()
    {
        var bucket = new TokenBucket(10);
        Take(bucket, 1000, 10);
        Assert.Equal([false], Take(bucket, 1099, 1));
        Assert.Equal([true, false], Take(bucket, 1100, 2));
        Assert.Equal([true, true, false], Take(bucket, 1300, 3));
    }

    [Fact]
    public void A_long_silence_saves_one_second_only()
    {
        var bucket = new TokenBucket(2);
        Take(bucket, 1000, 2);
        Assert.Equal([true, true, false], Take(bucket, 1_000_000, 3));
    }

    [Fact]
    public void Zero_is_no_limit() => Assert.DoesNotContain(false, Take(new TokenBucket(0), 1000, 10_000));

    static List<bool> Take(TokenBucket bucket, long now, int count) =>
        Enumerable.Range(0, count).Select(_ => bucket.TryTake(now)).ToList();
}
