using System.Net.Sockets;
using System.Text;
using Xunit;

namespace Chat.SystemTests.Support;

public sealed class RedisServerTests
{
    [Fact]
    public async Task What_is_published_reaches_who_subscribes()
    {
        await using var server = await RedisServer.StartNewAsync();
        Assert.Equal(0, await server.PublishAsync("3", "nobody is there"));
        using var subscriber = await SubscribeAsync(server);
        Assert.Equal(1, await server.SubscribersAsync("3"));
        Assert.Equal(0, await server.SubscribersAsync("4"));
        Assert.Equal(["3"], await server.ChannelsAsync());
        Assert.Equal(1, await server.PublishAsync("3", "你好\r\n"));
        Assert.Equal("message 3 你好\r\n", await NextAsync(subscriber));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task It_ends_and_starts_again_on_its_port_and_has_forgotten_everything(bool inOrder)
    {
        await using var server = await RedisServer.StartNewAsync();
        using var keeper = await server.ConnectAsync();
        await keeper.CallAsync("SET", "key", "value");
        using var subscriber = await SubscribeAsync(server);

        await (inOrder ? server.StopAsync() : server.KillAsync());
        await Assert.ThrowsAnyAsync<SocketException>(server.ConnectAsync);
        await Assert.ThrowsAnyAsync<IOException>(() => NextAsync(subscriber));
        await Assert.ThrowsAsync<InvalidOperationException>(server.FreezeAsync);

        await server.StartAsync();
        using var again = await server.ConnectAsync();
        Assert.Null(await again.CallAsync("GET", "key"));
        Assert.Equal(0, await server.SubscribersAsync("3"));
    }

    [Fact]
    public async Task A_frozen_one_answers_when_it_is_thawed()
    {
        await using var server = await RedisServer.StartNewAsync();
        using var subscriber = await SubscribeAsync(server);
        await server.FreezeAsync();
        var publishing = server.PublishAsync("3", "late");
        await Task.Delay(200); // long enough for an answer, if there were one
        Assert.False(publishing.IsCompleted);
        await server.ThawAsync();
        Assert.Equal(1, await publishing);
        Assert.Equal("message 3 late", await NextAsync(subscriber));
    }

    [Fact]
    public async Task Nothing_is_left_of_it()
    {
        var server = await RedisServer.StartNewAsync();
        Assert.True(File.Exists(Path.Combine(server.Folder, "log")));
        await server.FreezeAsync(); // as a test may leave it
        await server.DisposeAsync();
        Assert.False(Directory.Exists(server.Folder));
        await Assert.ThrowsAnyAsync<SocketException>(server.ConnectAsync);
    }

    [Fact]
    public async Task One_that_does_not_start_says_why()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => RedisServer.StartNewAsync("--no-such-option", "1"));
        Assert.Contains("no-such-option", failure.Message, StringComparison.Ordinal);
    }

    static async Task<RespConnection> SubscribeAsync(RedisServer server)
    {
        var connection = await server.ConnectAsync();
        await connection.CallAsync("SUBSCRIBE", "3");
        return connection;
    }

    static async Task<string> NextAsync(RespConnection connection) => string.Join(
        ' ', ((object?[])(await connection.ReadAsync().WaitAsync(TimeSpan.FromSeconds(20)))!).Select(part => Encoding.UTF8.GetString((byte[])part!)));
}
