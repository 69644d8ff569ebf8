using System.Net.WebSockets;
using System.Security.Cryptography;
using Chat.Node.Contracts;
using Chat.Node.Gateway;
using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Node.Telemetry;
using Chat.Protocol;
using Chat.Tests.Support;
using Chat.Tests.Telemetry;
using Xunit;

namespace Chat.Tests.Gateway;

/// <summary>The protocol over a WebSocket.</summary>
public sealed class WebSocketSessionTests : WebSocketTest
{
    const string Ping = """{"msgid":104}""";

    [Fact]
    public async Task A_message_may_hold_several_objects_one_a_line()
    {
        using var socket = await OpenAsync(await ListenAsync());
        await SendAsync(socket, $"{Hello}\n{Ping}\r\n{Ping}");
        Assert.Equal([101, 105, 105], await KindsAsync(socket, 3));
    }

    [Fact]
    public async Task What_a_flush_takes_is_one_message_with_an_object_a_line()
    {
        await Accounts.SaveTokenAsync(SHA256.HashData("token"u8), new Account { Id = Alice }, Clock.GetUtcNow().AddDays(1));
        using var socket = await SayHelloAsync(await ListenAsync());
        await SendAsync(socket, """{"msgid":1,"token":"token"}""");
        await Users.ExpectMsgAsync<Attach>(Patience);
        var queued = Enumerable.Range(1, 3).Select(i => new QueuedMessage(i, ConversationId.Direct(Alice, Bob), i, $"c{i}", i, BodyOf(Bob, $"m{i}", Alice))).ToList();
        Users.Reply(new Attached(Alice, queued, HasMore: false));

        Assert.Equal([2, 6, 6, 6], LinesOf(await ReceiveAsync(socket)).Select(KindOf));
    }

    [Fact]
    public async Task A_message_may_come_in_parts_that_are_cut_anywhere()
    {
        using var socket = await OpenAsync(await ListenAsync());
        foreach (var part in Hello.Chunk(3))
            await SendAsync(socket, new string(part), isEnd: false);
        await SendAsync(socket, "", isEnd: true);
        Assert.Equal(101, KindOf(await ReceiveAsync(socket)));
    }

    [Fact]
    public async Task An_object_ends_with_its_message()
    {
        using var socket = await SayHelloAsync(await ListenAsync());
        await SendAsync(socket, """{"msgid":""");
        Assert.Contains("\"errno\":4", await ReceiveAsync(socket), StringComparison.Ordinal);
        await SendAsync(socket, "104}");
        Assert.Contains("\"errno\":4", await ReceiveAsync(socket), StringComparison.Ordinal);
        await SendAsync(socket, Ping);
        Assert.Equal(105, KindOf(await ReceiveAsync(socket)));
    }

    [Fact]
    public async Task Each_bad_message_is_answered()
    {
        using var socket = await SayHelloAsync(await ListenAsync());
        foreach (var bad in (string[])["nonsense", "nonsense", "123", "\"a\"", "null", "}", "[1]"])
        {
            await SendAsync(socket, bad);
            Assert.Contains("\"errno\":4", await ReceiveAsync(socket), StringComparison.Ordinal);
        }

        await SendAsync(socket, Ping);
        Assert.Equal(105, KindOf(await ReceiveAsync(socket)));
    }

    [Fact]
    public async Task An_object_over_the_limit_is_refused_and_the_next_one_is_answered()
    {
        using var socket = await SayHelloAsync(await ListenAsync(limits: new ChatLimits { MaxFrameBytes = 2048 }));
        var large = $$"""{"msgid":104,"x":"{{new string('x', 40_000)}}"}""";
        await SendAsync(socket, $"{large}\n{Ping}");
        Assert.Equal([(102, true), (105, false)], (await LinesAsync(socket, 2)).Select(line => (KindOf(line), line.Contains("\"errno\":8", StringComparison.Ordinal))));

        foreach (var part in large.Chunk(1000))
            await SendAsync(socket, new string(part), isEnd: false);
        await SendAsync(socket, "\n" + Ping);
        Assert.Equal([102, 105], await KindsAsync(socket, 2));
    }

    [Fact]
    public async Task A_message_without_an_end_in_sight_ends_the_connection()
    {
        using var socket = await SayHelloAsync(await ListenAsync(limits: new ChatLimits { MaxFrameBytes = 2048 }));
        var sending = Task.Run(() => SendEndlesslyAsync(socket)); // while sending does not have to wait, it would not let us read
        Assert.Equal((int)CloseCode.BadInput, (await CloseOfAsync(socket)).Code);
        socket.Abort(); // time stands still here: the server would wait for ever for what is being sent
        await sending;
    }

    [Theory]
    [InlineData("""{"msgid":104}""")]
    [InlineData("""{"msgid":1,"id":1,"password":"secret"}""")]
    [InlineData("""{"msgid":100}""")]
    [InlineData("hello")]
    [InlineData("{")]
    public async Task Who_does_not_say_hello_is_told_so_and_leaves(string first)
    {
        using var socket = await OpenAsync(await ListenAsync());
        await SendAsync(socket, first);
        var (code, reason) = await CloseOfAsync(socket);
        Assert.Equal((int)CloseCode.HelloExpected, code);
        Assert.StartsWith("hello comes first: ", reason, StringComparison.Ordinal);
        await AwaitAssertAsync(() => Assert.Equal(0, Sessions.Count), Patience);
    }

    [Fact]
    public async Task A_hello_of_an_old_version_is_answered_and_ends_the_connection()
    {
        using var socket = await OpenAsync(await ListenAsync());
        await SendAsync(socket, """{"msgid":100,"protocol":1}""");
        Assert.Contains("\"errno\":4", await ReceiveAsync(socket), StringComparison.Ordinal);
        Assert.Equal((int)CloseCode.BadInput, (await CloseOfAsync(socket)).Code);
    }

    [Fact]
    public async Task A_binary_message_ends_the_connection()
    {
        using var socket = await SayHelloAsync(await ListenAsync());
        await socket.SendAsync("{}"u8.ToArray(), WebSocketMessageType.Binary, true, CancellationToken.None);
        Assert.Equal(1003, (await CloseOfAsync(socket)).Code);
    }

    [Theory]
    [InlineData(90, 25)]
    [InlineData(30, 10)]
    public async Task The_heartbeat_is_shorter_than_the_patience_of_proxies(int idleSeconds, int heartbeat)
    {
        using var socket = await OpenAsync(await ListenAsync(limits: new ChatLimits { IdleSeconds = idleSeconds }));
        await SendAsync(socket, Hello);
        Assert.Contains($"\"heartbeat\":{heartbeat},", await ReceiveAsync(socket), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_that_ends_says_so_and_closes()
    {
        using var socket = await SayHelloAsync(await ListenAsync());
        var closing = CloseListenersAsync();
        Assert.Equal(106, KindOf(await ReceiveAsync(socket)));
        Assert.Equal(1001, (await CloseOfAsync(socket)).Code);
        await closing;
    }

    [Fact]
    public async Task A_client_that_does_not_answer_the_close_frame_does_not_hold_up_the_end()
    {
        var clock = Standing();
        using var socket = await SayHelloAsync(await ListenAsync(clock: clock));
        var closing = CloseListenersAsync();
        await Eventually.TrueAsync(() => clock.Timers > 0 || closing.IsCompleted);
        Assert.False(closing.IsCompleted); // nobody reads at the other side
        await AdvanceUntilAsync(clock, closing);
        Assert.Equal(0, Sessions.Count);
    }

    [Fact]
    public async Task A_client_that_closes_gets_its_answers_and_a_close_frame()
    {
        using var socket = await SayHelloAsync(await ListenAsync());
        await SendAsync(socket, Ping);
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        Assert.Equal(105, KindOf(await ReceiveAsync(socket)));
        Assert.Null(await ReceiveAsync(socket));
        Assert.Equal(WebSocketCloseStatus.NormalClosure, socket.CloseStatus);
        await AwaitAssertAsync(() => Assert.Equal(0, Sessions.Count), Patience);
    }

    [Fact]
    public async Task A_client_that_vanishes_leaves_its_user()
    {
        await Accounts.SaveTokenAsync(SHA256.HashData("token"u8), new Account { Id = Alice }, Clock.GetUtcNow().AddDays(1));
        using var socket = await SayHelloAsync(await ListenAsync());
        await SendAsync(socket, """{"msgid":1,"token":"token"}""");
        await Users.ExpectMsgAsync<Attach>(Patience);
        Users.Reply(new Attached(Alice, [], HasMore: false));
        Assert.Equal(2, KindOf(await ReceiveAsync(socket)));

        socket.Abort();
        await Users.ExpectMsgAsync<Detach>(Patience);
        await AwaitAssertAsync(() => Assert.Equal((0, 0), (Sessions.Count, Connections.Count)), Patience);
    }

    [Fact]
    public async Task Who_does_not_read_is_a_slow_consumer_and_is_told_so_when_it_reads()
    {
        await Accounts.SaveTokenAsync(SHA256.HashData("token"u8), new Account { Id = Alice }, Clock.GetUtcNow().AddDays(1));
        using var meter = new NodeMeter("Chat.Slow");
        using var readings = new Readings(meter.Meter);
        using var socket = await SayHelloAsync(await ListenAsync(limits: new ChatLimits { OutboxFrames = 16 }, meter: meter));
        await SendAsync(socket, """{"msgid":1,"token":"token"}""");
        await Users.ExpectMsgAsync<Attach>(Patience);
        Users.Reply(new Attached(Alice, [], HasMore: false));
        var session = Users.LastSender;
        Assert.Equal(2, KindOf(await ReceiveAsync(socket)));

        await WatchAsync(session);
        var text = new string('x', 30_000);
        for (var i = 1; i <= 2000 && !HasMessages; i++)
            Users.Send(session, new Push(0, i, new AcceptedMessage(ConversationId.Direct(Alice, Bob), i, Bob, $"c{i}", 1, BodyOf(Bob, text, Alice), 0)));
        await ExpectTerminatedAsync(session, Patience);
        await Users.FishForMessageAsync(message => message is Detach, Patience);

        Assert.Equal(((int)CloseCode.SlowConsumer, "slow consumer: the outbox is full"), await CloseOfAsync(socket));
        Assert.Equal(1, readings.Of("chat.slow_consumers"));
    }

    [Theory]
    [InlineData(1, 90, CloseCode.LoginTimeout)]
    [InlineData(30, 1, CloseCode.Idle)]
    public async Task Who_is_silent_for_too_long_is_told_so(int loginSeconds, int idleSeconds, CloseCode expected)
    {
        var (limits, clock) = (new ChatLimits { LoginSeconds = loginSeconds, IdleSeconds = idleSeconds }, Standing());
        using var socket = await SayHelloAsync(await ListenAsync(limits: limits, clock: clock));
        using var reaper = new ConnectionReaper(Sessions, limits, clock);
        await reaper.StartAsync(CancellationToken.None);
        await Eventually.TrueAsync(() => clock.Timers > 0);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((int)expected, (await CloseOfAsync(socket)).Code);
        await reaper.StopAsync(CancellationToken.None);
    }

    /// <summary>The objects of as many messages as it takes.</summary>
    static async Task<List<string>> LinesAsync(WebSocket socket, int count)
    {
        var lines = new List<string>();
        while (lines.Count < count)
            lines.AddRange(LinesOf(await ReceiveAsync(socket)));
        return lines;
    }

    static async Task<IEnumerable<int>> KindsAsync(WebSocket socket, int count) => (await LinesAsync(socket, count)).Select(KindOf);

    static async Task SendEndlesslyAsync(WebSocket socket)
    {
        try
        {
            await SendAsync(socket, "{", isEnd: false);
            while (socket.State == WebSocketState.Open)
                await SendAsync(socket, new string('x', 1000), isEnd: false);
        }
        catch (Exception e) when (e is WebSocketException or ObjectDisposedException or OperationCanceledException)
        {
            // it has been ended, which is looked at elsewhere
        }
    }
}
