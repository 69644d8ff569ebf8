using System.Text;
using System.Text.Json;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Protocol;

/// <summary>Presence and typing on the wire: both sides.</summary>
public sealed class PresenceFramesTests
{
    static readonly ConversationId Pair = ConversationId.Direct(1, 3);

    [Fact]
    public void A_watch_is_read_as_it_is_written_and_each_entry_once()
    {
        const string json = """{"msgid":115,"users":[5,7],"conversations":["d:1:3","g:2"]}""";
        var request = new WatchRequest([5, 7], [Pair, ConversationId.Group(2)]);
        Assert.Equal(json + "\n", Text(request.ToBytes()));
        var read = Assert.IsType<WatchRequest>(Requests.Read("""{"msgid":115,"users":[5,7,5],"conversations":["d:1:3","g:2","d:1:3"],"other":{"users":1}}"""));
        Assert.Equal(request.Users, read.Users);
        Assert.Equal(request.Conversations, read.Conversations);
        Assert.Empty(Assert.IsType<WatchRequest>(Requests.Read("""{"msgid":115,"users":[]}""")).Conversations);
    }

    [Fact]
    public void Away_and_typing_are_read_as_they_are_written()
    {
        Assert.Equal("""{"msgid":117,"state":"away"}""" + "\n", Text(new SetPresenceRequest(IsAway: true).ToBytes()));
        Assert.Equal(new SetPresenceRequest(IsAway: true), Requests.Read("""{"msgid":117,"state":"away"}"""));
        Assert.Equal(new SetPresenceRequest(IsAway: false), Requests.Read("""{"msgid":117,"state":"online"}"""));
        Assert.Equal("""{"msgid":118,"conversation":"d:1:3","on":true}""" + "\n", Text(new TypingRequest(Pair, IsOn: true).ToBytes()));
        Assert.Equal(new TypingRequest(Pair, IsOn: false), Requests.Read("""{"msgid":118,"conversation":"d:1:3","on":false}"""));
    }

    [Theory]
    [InlineData("""{"msgid":115}""", "nothing to watch")]
    [InlineData("""{"msgid":115,"users":5}""", "\"users\" must be a list")]
    [InlineData("""{"msgid":115,"users":[0]}""", "\"users\" must be a list")]
    [InlineData("""{"msgid":115,"users":[2147483648]}""", "\"users\" must be a list")]
    [InlineData("""{"msgid":115,"users":["5"]}""", "\"users\" must be a list")]
    [InlineData("""{"msgid":115,"users":[1.5]}""", "\"users\" must be a list")]
    [InlineData("""{"msgid":115,"users":[],"users":[]}""", "\"users\" is there twice")]
    [InlineData("""{"msgid":115,"conversations":["d:3:1"]}""", "\"conversations\" must be a list")]
    [InlineData("""{"msgid":115,"conversations":[7]}""", "\"conversations\" must be a list")]
    [InlineData("""{"msgid":115,"conversations":[],"conversations":[]}""", "\"conversations\" is there twice")]
    [InlineData("""{"msgid":117}""", "\"state\" must be")]
    [InlineData("""{"msgid":117,"state":"offline"}""", "\"state\" must be")]
    [InlineData("""{"msgid":117,"state":1}""", "\"state\" must be")]
    [InlineData("""{"msgid":117,"state":"away","state":"away"}""", "\"state\" is there twice")]
    [InlineData("""{"msgid":118,"on":true}""", "\"conversation\"")]
    [InlineData("""{"msgid":118,"conversation":"g:1"}""", "\"on\" must be true or false")]
    [InlineData("""{"msgid":118,"conversation":"g:1","on":"true"}""", "\"on\" must be true or false")]
    [InlineData("""{"msgid":118,"conversation":"g:1","on":true,"on":true}""", "\"on\" is there twice")]
    public void What_is_no_such_request_is_refused_with_what_is_wrong(string json, string reason) => AssertRefused(json, reason);

    [Fact]
    public void A_list_that_is_too_long_is_refused_by_its_name()
    {
        Assert.Equal(200, Assert.IsType<WatchRequest>(Requests.Read(Watch(200, 20))).Users.Count);
        AssertRefused(Watch(201, 20), "\"users\" must be a list of at most 200");
        AssertRefused(Watch(200, 21), "\"conversations\" must be a list of at most 20");
    }

    [Fact]
    public void Pushes_and_replies_are_read_as_they_are_written()
    {
        PresenceEntry[] users = [new(5, PresenceState.Online), new(6, PresenceState.Away), new(7, PresenceState.Offline), new(8, PresenceState.Offline, 1795410443660)];
        var push = new PresencePush(users).ToBytes();
        Assert.Equal(
            """{"msgid":116,"users":[{"id":5,"state":"online"},{"id":6,"state":"away"},{"id":7,"state":"offline"},{"id":8,"state":"offline","seen":1795410443660}]}""" + "\n",
            Text(push));
        Assert.Equal(users, PresencePush.Read(Json(push)).Users);
        var typing = new TypingPush(Pair, 3, IsOn: true, TimeSpan.FromSeconds(6));
        Assert.Equal("""{"msgid":118,"conversation":"d:1:3","on":true,"id":3,"expires":6000}""" + "\n", Text(typing.ToBytes()));
        Assert.Equal(typing, TypingPush.Read(Json(typing.ToBytes())));
        var over = new TypingPush(Pair, 3, IsOn: false, TimeSpan.Zero);
        Assert.Equal("""{"msgid":118,"conversation":"d:1:3","on":false,"id":3}""" + "\n", Text(over.ToBytes()));
        Assert.Equal(over, TypingPush.Read(Json(over.ToBytes())));
        var reply = WatchReply.Read(Json(new WatchReply(users, [typing]).ToBytes(new RequestRef("7"u8.ToArray()), 65536)));
        Assert.Equal(users, reply.Presence);
        Assert.Equal([typing], reply.Typing);
    }

    /// <summary>With the smallest frames that can be set.</summary>
    [Fact]
    public void Nothing_is_larger_than_a_frame()
    {
        const int max = 2048;
        var requestRef = new RequestRef(Encoding.UTF8.GetBytes(new string('9', RequestRef.MaxBytes)));
        var users = Enumerable.Range(0, 200).Select(i => new PresenceEntry(int.MaxValue - i, PresenceState.Offline, 1795410443660)).ToList();
        var typing = Enumerable.Range(0, 200).Select(i => new TypingPush(ConversationId.Direct(int.MaxValue - 1, int.MaxValue), int.MaxValue - i, true, TimeSpan.FromSeconds(6))).ToList();
        foreach (var count in (int[])[0, 5, WatchReply.FittingUsers(requestRef, max)])
            Assert.InRange(new WatchReply(users[..count], typing).ToBytes(requestRef, max).Length, 1, max);
        Assert.InRange(WatchReply.FittingUsers(requestRef, max), 20, 30);
        Assert.InRange(new PresencePush(users[..PresenceEntry.Fitting(max)]).ToBytes().Length, 1200, max);
        Assert.Equal(200, Math.Min(200, WatchReply.FittingUsers(requestRef, 65536)));
    }

    static string Watch(int users, int conversations) =>
        JsonSerializer.Serialize(new { msgid = 115, users = Enumerable.Range(1, users), conversations = Enumerable.Range(1, conversations).Select(i => $"g:{i}") });

    static void AssertRefused(string json, string reason)
    {
        var invalid = Assert.IsType<InvalidRequest>(Requests.Read(json));
        Assert.Equal(ErrorCode.Malformed, invalid.Error);
        Assert.Contains(reason, invalid.Reason, StringComparison.Ordinal);
    }

    static string Text(byte[] frame) => Encoding.UTF8.GetString(frame);

    static JsonElement Json(byte[] frame) => JsonDocument.Parse(frame).RootElement;
}
