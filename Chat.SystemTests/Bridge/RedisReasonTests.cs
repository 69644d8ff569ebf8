using Chat.Node.Bridge;
using Chat.Node.Storage;
using Chat.SystemTests.EndToEnd;
using Chat.SystemTests.Support;
using Chat.Tests.Support;
using StackExchange.Redis;
using Xunit;

namespace Chat.SystemTests.Bridge;

/// <summary>Why there is no Redis is said.</summary>
[Collection(NodeCollection.Name)]
public sealed class RedisReasonTests
{
    const int Lost = 71;
    const int Restored = 72;

    [Theory]
    [InlineData(true, "NOAUTH")]
    [InlineData(false, "Connection refused")]
    public async Task A_wrong_password_and_a_server_that_is_not_there_are_told_apart(bool isThere, string expected)
    {
        await using var redis = await RedisServer.StartNewAsync();
        if (isThere)
            await SetPasswordAsync(redis, "geheim");
        else
            await redis.KillAsync();
        var log = new CapturedLog();
        await using var connection = new RedisConnection($"127.0.0.1:{redis.Port},password=wrong", new NodeIdentity("a:1", 1), log.For<RedisConnection>());
        await connection.StartAsync(CancellationToken.None);
        await log.SeenAsync(Lost);
        await Eventually.EqualAsync(expected, () => Task.FromResult<string?>(SaidOf(log, expected)));
        Assert.DoesNotContain(log.Of("RedisLost"), line => line.Contains("wrong", StringComparison.Ordinal));

        if (isThere)
            await redis.KillAsync();
        await redis.StartAsync();
        await log.SeenAsync(Restored);
        await Eventually.TrueAsync(() => connection.IsConnected);
    }

    [Fact]
    public async Task A_first_attempt_that_throws_is_repeated()
    {
        await using var redis = await RedisServer.StartNewAsync();
        var log = new CapturedLog();
        await using var connection = new RedisConnection($"127.0.0.1:{redis.Port}", new NodeIdentity("a:1", 1), log.For<RedisConnection>());
        var attempts = 0;
        _ = connection.OpenAsync(
            () => ++attempts == 1
                ? throw new InvalidOperationException("no luck")
                : ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{redis.Port}"),
            TimeSpan.FromMilliseconds(1));
        await Eventually.TrueAsync(() => connection.IsConnected);
        Assert.Contains("no luck", Assert.Single(log.Of("RedisLost")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_reason_is_said_once_until_there_is_another_or_none()
    {
        var trouble = new RedisTrouble();
        Assert.Equal([true, false, true, true], new[] { "a", "a", "b", "a" }.Select(trouble.IsNew));
        trouble.IsOver();
        Assert.True(trouble.IsNew("a"));
    }

    [Theory]
    [InlineData("NOAUTH Authentication required.", "AuthenticationFailure: NOAUTH Authentication required.")]
    [InlineData("AuthenticationFailure on h:1/Interactive, Flushed, last: ECHO", "AuthenticationFailure on h:1/Interactive")]
    public void The_librarys_counters_are_left_out(string message, string expected) =>
        Assert.Equal(expected, RedisTrouble.ReasonOf(ConnectionFailureType.AuthenticationFailure, new InvalidOperationException("x", new InvalidOperationException(message))));

    [Fact]
    public void Without_words_there_is_the_kind() => Assert.Equal("SocketClosed", RedisTrouble.ReasonOf(ConnectionFailureType.SocketClosed, null));

    /// <summary>What was expected when it was said, else all that was said.</summary>
    static string SaidOf(CapturedLog log, string expected)
    {
        var said = string.Join('\n', log.Of("RedisLost"));
        return said.Contains(expected, StringComparison.Ordinal) ? expected : said;
    }

    static async Task SetPasswordAsync(RedisServer redis, string password)
    {
        await using var admin = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{redis.Port},allowAdmin=true");
        await admin.GetServers()[0].ConfigSetAsync("requirepass", password);
    }
}
