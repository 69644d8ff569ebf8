using Chat.Node.Gateway;
using Xunit;

namespace Chat.Tests.Gateway;

public sealed class TokenBucketTests
{
    const long Start = 1_000_000;

    [Fact]
    public void A_burst_of_a_seconds_worth_is_allowed_and_not_more()
    {
        var bucket = new TokenBucket(10);
        Assert.Equal(10, Enumerable.Range(0, 50).Count(_ => bucket.TryTake(Start)));
    }

    [Fact]
    public void Tokens_come_back_at_the_rate()
    {
        var bucket = new TokenBucket(10);
        Exhaust(bucket, Start);
        Assert.False(bucket.TryTake(Start + 99));
        Assert.True(bucket.TryTake(Start + 100));
        Assert.False(bucket.TryTake(Start + 100));
        Assert.Equal(5, Enumerable.Range(0, 50).Count(_ => bucket.TryTake(Start + 600)));
    }

    [Fact]
    public void However_long_it_rests_the_burst_stays_the_same()
    {
        var bucket = new TokenBucket(10);
        Exhaust(bucket, Start);
        Assert.Equal(10, Enumerable.Range(0, 50).Count(_ => bucket.TryTake(Start + 3_600_000)));
    }

    [Fact]
    public void Zero_is_off()
    {
        var bucket = new TokenBucket(0);
        Assert.All(Enumerable.Range(0, 10_000), _ => Assert.True(bucket.TryTake(Start)));
    }

    static void Exhaust(TokenBucket bucket, long now)
    {
        while (bucket.TryTake(now))
        {
            // empty it
        }
    }
}
