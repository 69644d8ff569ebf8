using System.Text;
using Chat.Node.Gateway;
using Chat.Node.Settings;
using Chat.Tests.Support;
using Xunit;

namespace Chat.Tests.Gateway;

/// <summary>What a client of the platform cannot do wrong.</summary>
public sealed class WebSocketAbuseTests : WebSocketTest
{
    static readonly byte[] Letter = "x"u8.ToArray();

    [Fact]
    public async Task An_unmasked_frame_ends_the_connection()
    {
        using var socket = await SayHelloRawAsync();
        await socket.SendAsync(RawWebSocket.Text, """{"msgid":104}"""u8.ToArray(), isMasked: false);
        Assert.Equal(1002, await socket.CloseCodeAsync());
    }

    [Theory]
    [InlineData(RawWebSocket.Continuation, true)] // of nothing
    [InlineData(3, true)] // nobody knows it
    [InlineData(RawWebSocket.Ping, false)] // a ping in parts
    public async Task A_frame_against_the_rules_ends_the_connection(int opcode, bool isFinal)
    {
        using var socket = await SayHelloRawAsync();
        await socket.SendAsync(opcode, Letter, isFinal);
        Assert.Equal(1002, await socket.CloseCodeAsync());
    }

    [Fact]
    public async Task A_new_message_within_another_ends_the_connection()
    {
        using var socket = await SayHelloRawAsync();
        await socket.SendAsync(RawWebSocket.Text, "{"u8.ToArray(), isFinal: false);
        await socket.SendTextAsync("{}");
        Assert.Equal(1002, await socket.CloseCodeAsync());
    }

    [Fact]
    public async Task Text_that_is_no_UTF8_ends_the_connection()
    {
        using var socket = await SayHelloRawAsync();
        await socket.SendAsync(RawWebSocket.Text, new byte[] { 0xC3, 0x28 });
        Assert.Equal(1007, await socket.CloseCodeAsync());
    }

    [Fact]
    public async Task Pings_of_the_transport_are_answered_also_within_a_message()
    {
        using var socket = await SayHelloRawAsync();
        await socket.SendAsync(RawWebSocket.Text, "{\"msgid\":"u8.ToArray(), isFinal: false);
        await socket.SendAsync(RawWebSocket.Ping, "are you there"u8.ToArray());
        await socket.SendAsync(RawWebSocket.Continuation, "104}"u8.ToArray());
        var (opcode, payload) = await socket.ReadAsync();
        Assert.Equal((RawWebSocket.Pong, "are you there"), (opcode, Encoding.UTF8.GetString(payload)));
        Assert.Equal(105, KindOf(Encoding.UTF8.GetString((await socket.ReadAsync()).Payload)));
    }

    [Fact]
    public async Task Any_number_of_parts_costs_no_more_than_the_object_that_they_make()
    {
        using var socket = await SayHelloRawAsync();
        using var frames = new MemoryStream();
        frames.Write(RawWebSocket.FrameOf(RawWebSocket.Text, "{\"msgid\":104"u8, isFinal: false));
        var (nothing, blank) = (RawWebSocket.FrameOf(RawWebSocket.Continuation, default, isFinal: false), RawWebSocket.FrameOf(RawWebSocket.Continuation, " "u8, isFinal: false));
        for (var i = 0; i < 20_000; i++)
        {
            frames.Write(nothing);
            frames.Write(blank);
        }

        frames.Write(RawWebSocket.FrameOf(RawWebSocket.Continuation, "}"u8));
        await socket.Stream.WriteAsync(frames.ToArray());
        Assert.Equal(105, KindOf(Encoding.UTF8.GetString((await socket.ReadAsync()).Payload)));
    }

    [Fact]
    public async Task A_frame_that_names_a_monstrous_length_is_read_as_it_comes()
    {
        using var socket = await SayHelloRawAsync();
        byte[] head = [0x81, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0]; // 9 EB, masked with zeroes
        await socket.Stream.WriteAsync(head);
        await socket.Stream.WriteAsync(Encoding.ASCII.GetBytes("{\"msgid\":104}\n".PadRight(10_000))); // more than the node has room for
        Assert.Equal(105, KindOf(Encoding.UTF8.GetString((await socket.ReadAsync()).Payload)));
    }

    [Fact]
    public async Task A_client_that_never_reads_its_pongs_is_not_read_either()
    {
        var (limits, clock) = (new ChatLimits { IdleSeconds = 3 }, Standing());
        using var socket = await SayHelloRawAsync(limits, clock);
        using var reaper = new ConnectionReaper(Sessions, limits, clock);
        await reaper.StartAsync(CancellationToken.None);
        var flooding = Record.ExceptionAsync(async () =>
        {
            var ping = RawWebSocket.FrameOf(RawWebSocket.Ping, new byte[125]);
            var flood = Enumerable.Repeat(ping, 1000).SelectMany(bytes => bytes).ToArray();
            for (var i = 0; i < 10_000; i++)
                await socket.Stream.WriteAsync(flood);
        });
        await AdvanceUntilAsync(clock, flooding);
        Assert.IsType<IOException>(await flooding); // pings are no sign of life: the node has ended it
        await reaper.StopAsync(CancellationToken.None);
        await AwaitAssertAsync(() => Assert.Equal(0, Sessions.Count), Patience);
    }

    async Task<RawWebSocket> SayHelloRawAsync(ChatLimits? limits = null, TimeProvider? clock = null)
    {
        var socket = await RawWebSocket.OpenAsync(await ListenAsync(limits: limits, clock: clock));
        await socket.SendTextAsync(Hello);
        Assert.Equal(101, KindOf(Encoding.UTF8.GetString((await socket.ReadAsync()).Payload)));
        return socket;
    }
}
