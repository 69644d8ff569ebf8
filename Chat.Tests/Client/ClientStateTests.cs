using Chat.Protocol;
using ChatActors.Client;
using ChatActors.Client.Messages;
using ChatActors.Client.Timing;
using Xunit;

namespace Chat.Tests.Client;

public sealed class ClientStateTests
{
    [Theory]
    [InlineData("chat.example.org", "chat.example.org", 6000)]
    [InlineData("chat.example.org:7000", "chat.example.org", 7000)]
    [InlineData("[::1]:7000", "::1", 7000)]
    [InlineData("[::1]", "::1", 6000)]
    [InlineData("::1", "::1", 6000)]
    public void An_endpoint_is_read(string text, string host, int port)
    {
        Assert.True(ChatEndpoint.TryParse(text, out var endpoint));
        Assert.Equal(new(host, port), endpoint);
    }

    [Theory]
    [InlineData("ws://chat.example.org:8000", "ws://chat.example.org:8000/ws", "chat.example.org", 8000)]
    [InlineData("wss://chat.example.org/", "wss://chat.example.org/ws", "chat.example.org", 443)]
    [InlineData("wss://chat.example.org/chat/ws", "wss://chat.example.org/chat/ws", "chat.example.org", 443)]
    [InlineData("ws://[::1]:8000/ws", "ws://[::1]:8000/ws", "::1", 8000)]
    public void An_address_of_a_WebSocket_is_an_endpoint(string text, string address, string host, int port)
    {
        Assert.True(ChatEndpoint.TryParse(text, out var endpoint));
        Assert.Equal((new Uri(address), host, port, address), (endpoint.WebSocket, endpoint.Host, endpoint.Port, endpoint.ToString()));
        Assert.NotEqual(new(host, port), endpoint);
    }

    [Theory]
    [InlineData("http://chat.example.org/ws")]
    [InlineData("ws://")]
    [InlineData("wss:///ws")]
    [InlineData("ws://chat.example.org/ws#top")]
    public void No_other_address_is_one(string text)
    {
        Assert.False(ChatEndpoint.TryParse(text, out _));
        if (Uri.TryCreate(text, UriKind.Absolute, out var address))
            Assert.Throws<ArgumentException>(() => new ChatEndpoint(address));
    }

    [Theory]
    [InlineData("")]
    [InlineData(":6000")]
    [InlineData("host:")]
    [InlineData("host:0")]
    [InlineData("host:65536")]
    [InlineData("host:+1")]
    [InlineData("[]:1")]
    [InlineData("[::1]7000")]
    public void What_is_no_endpoint_is_refused(string text) => Assert.False(ChatEndpoint.TryParse(text, out _));

    [Fact]
    public void A_pause_doubles_up_to_its_limit_and_chance_shortens_it_to_half_at_most()
    {
        var pause = new BackOff(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(2));

        Assert.Equal([100, 200, 400, 800, 1600, 2000, 2000], Enumerable.Range(0, 7).Select(i => pause.Delay(i, 1).TotalMilliseconds));
        Assert.Equal(50, pause.Delay(0, 0).TotalMilliseconds);
        Assert.Equal(2000, pause.Delay(int.MaxValue, 1).TotalMilliseconds);
    }

    [Fact]
    public void A_repeated_message_without_a_number_is_recognised_by_its_sender_and_cmid()
    {
        var filter = new DuplicateFilter(capacity: 2);

        Assert.True(filter.TryAdd(Numberless(3, "a")));
        Assert.True(filter.TryAdd(Numberless(4, "a")));
        Assert.False(filter.TryAdd(Numberless(3, "a")));
        Assert.True(filter.TryAdd(Numberless(3, "b")));
        Assert.True(filter.TryAdd(Numberless(3, "a")), "the oldest is forgotten");
    }

    [Fact]
    public void A_queued_row_of_another_server_is_recognised_by_its_number_in_the_queue()
    {
        var filter = new DuplicateFilter();

        Assert.True(filter.TryAdd(Numberless(3, null, offlineId: 7)));
        Assert.False(filter.TryAdd(Numberless(3, null, offlineId: 7)));
        Assert.True(filter.TryAdd(Numberless(3, null)));
        Assert.True(filter.TryAdd(Numberless(3, null)));
    }

    static ChatMessage Numberless(int sender, string? cmid, long offlineId = 0) =>
        new(ConversationId.Direct(1, sender), 0, sender, "x", "hi") { Cmid = cmid, OfflineId = offlineId };
}
