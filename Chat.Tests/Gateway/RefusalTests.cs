using System.Text;
using System.Text.Json;
using Chat.Node.Gateway;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Gateway;

/// <summary>A client that asks about many conversations at once must know which of them was refused.</summary>
public sealed class RefusalTests
{
    const string Pair = "\"conversation\":\"d:1:3\"";

    [Theory]
    [InlineData("""{"msgid":103,"conversation":"d:1:3","seq":1}""")]
    [InlineData("""{"msgid":103,"conversation":"d:1:3","seq":-1}""")]
    [InlineData("""{"msgid":103,"conversation":"d:1:3"}""")]
    [InlineData("""{"msgid":109,"conversation":"d:1:3","seq":1}""")]
    [InlineData("""{"msgid":109,"conversation":"d:1:3","seq":"1"}""")]
    [InlineData("""{"msgid":109,"conversation":"d:1:3","seq":1,"id":"no"}""")]
    [InlineData("""{"msgid":109,"conversation":"d:1:3","seq":1,"seq":1}""")]
    [InlineData("""{"msgid":109,"conversation":"d:1:3","seq":1,"ref":{}}""")]
    [InlineData("""{"msgid":107,"conversation":"d:1:3"}""")]
    [InlineData("""{"msgid":107,"conversation":"d:1:3","after":1,"before":9}""")]
    [InlineData("""{"msgid":131,"conversation":"d:1:3","seq":1,"recall":true}""")]
    [InlineData("""{"msgid":131,"conversation":"d:1:3","seq":1}""")]
    [InlineData("""{"msgid":133,"conversation":"d:1:3"}""")]
    [InlineData("""{"msgid":114,"conversation":"d:1:3","seq":1}""")]
    [InlineData("""{"msgid":135,"conversation":"d:1:3","archive":true}""")]
    [InlineData("""{"msgid":135,"conversation":"d:1:3"}""")]
    [InlineData("""{"msgid":133,"conversation":"d:1:3","since":-1}""")]
    [InlineData("""{"msgid":118,"conversation":"d:1:3","on":true}""")]
    [InlineData("""{"msgid":118,"conversation":"d:1:3"}""")]
    [InlineData("""{"msgid":137,"conversation":"d:1:3","text":"a"}""")]
    [InlineData("""{"msgid":137,"conversation":"d:1:3"}""")]
    public void A_refusal_names_the_conversation_of_its_request(string request)
    {
        var refusal = RefusalOf(request);
        Assert.Equal((102, "d:1:3"), (refusal.GetProperty("msgid").GetInt32(), refusal.GetProperty("conversation").GetString()));
        Assert.False(refusal.TryGetProperty("head", out _), "a client would take this for a server that has gone back");
    }

    [Theory]
    [InlineData("""{"msgid":103,"offline":1}""", 102)]
    [InlineData("""{"msgid":103,"conversation":"d:3:1","seq":1}""", 102)]
    [InlineData($$"""{"msgid":1,"id":1,"password":"x",{{Pair}}}""", 2)]
    [InlineData($$"""{"msgid":4,"name":5,{{Pair}}}""", 5)]
    [InlineData($$"""{"msgid":6,"toid":0,{{Pair}}}""", 102)]
    [InlineData($$"""{"msgid":999,{{Pair}}}""", 102)]
    public void Other_refusals_name_none(string request, int kind)
    {
        var refusal = RefusalOf(request);
        Assert.Equal(kind, refusal.GetProperty("msgid").GetInt32());
        Assert.False(refusal.TryGetProperty("conversation", out _));
    }

    /// <summary>A new request that names a conversation must not be forgotten.</summary>
    [Fact]
    public void Every_request_with_a_conversation_is_known_to_have_one()
    {
        var named = typeof(Request).Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(Request)) && type.GetProperty("Conversation") is not null).Select(type => type.Name).Order();
        Assert.Equal(
            ["ChangeConversationRequest", "ChangeMessageRequest", "FetchChangesRequest", "FetchHistoryRequest", "GetReceiptsRequest", "InvalidRequest", "ReadRequest", "ReceivedRequest", "ReportRequest", "SearchRequest", "TypingRequest"], named);
    }

    [Fact]
    public void A_mark_above_the_head_is_refused_with_the_head()
    {
        var refusal = Parse(Refusal.OfMark(default, ConversationId.Direct(1, 3), 9, ErrorCode.Malformed, 4));
        Assert.Equal(("d:1:3", 4), (refusal.GetProperty("conversation").GetString(), refusal.GetProperty("head").GetInt64()));
    }

    static JsonElement RefusalOf(string request) =>
        Parse(Refusal.Of(RequestReader.Read(Encoding.UTF8.GetBytes(request), isSpaced: false), ErrorCode.NotYours, "no"));

    static JsonElement Parse(byte[] frame) => JsonDocument.Parse(frame).RootElement;
}
