using System.Net;
using System.Net.Sockets;
using Chat.Tests.Support;
using Xunit;

namespace Chat.Tests.Gateway;

/// <summary>A connection to the web port that says nothing, and a clock that a test moves.</summary>
public sealed class WebSilenceTests : WebSocketTest
{
    readonly HeldTimers _clock = new();

    [Fact]
    public async Task Who_says_nothing_for_60_seconds_is_closed()
    {
        using var client = await ConnectAsync();
        var timer = await WaitingAsync();
        var reading = client.GetStream().ReadAsync(new byte[1]).AsTask();
        Assert.Equal(1, Connections.Count);
        timer.Fire();
        Assert.Equal(0, await reading.WaitAsync(Patience));
        await AwaitAssertAsync(() => Assert.Equal(0, Connections.Count), Patience);
    }

    [Fact]
    public async Task Who_has_said_hello_does_not_meet_that_limit()
    {
        var port = await ListenAsync(webClock: _clock);
        using var socket = await OpenAsync(port);
        await SendAsync(socket, Hello);
        Assert.Equal(101, KindOf(await ReceiveAsync(socket)));
        _clock.FireAll();
        await SendAsync(socket, """{"msgid":104}""");
        Assert.Equal(105, KindOf(await ReceiveAsync(socket)));
    }

    async Task<TcpClient> ConnectAsync()
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, await ListenAsync(webClock: _clock));
        return client;
    }

    async Task<HeldTimers.HeldTimer> WaitingAsync()
    {
        await AwaitAssertAsync(() => Assert.Contains(_clock.Timers, timer => timer.Due == TimeSpan.FromSeconds(60)), Patience);
        return _clock.Timers.First(timer => timer.Due == TimeSpan.FromSeconds(60));
    }
}
