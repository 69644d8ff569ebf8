using System.Text;
using Chat.Checker.Population;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Checker;

public sealed class FrameParserTests
{
    [Fact]
    public void A_push_is_read_with_its_number()
    {
        var frame = Parse($$"""{"id":1,"msg":"{{ChaosText.Format(7)}}","msgid":6,"name":"a","toid":3,"cmid":"c7","conversation":"d:1:3","seq":42,"ts":9,"other":{"x":[1] } }""");
        Assert.Equal((6, 1, 42L, 9L), (frame.Kind, frame.Id, frame.Seq, frame.Ts));
        Assert.Equal((7, ConversationId.Direct(1, 3)), (frame.NumberOfChat, frame.ConversationOfChat));
    }

    [Theory]
    [InlineData("7-1234 lorem", "c7")]
    [InlineData("hi", "c7")]
    [InlineData(null, "c8")]
    public void A_text_that_is_none_of_ours_or_belongs_to_another_cmid_has_no_number(string? text, string cmid)
    {
        var frame = Parse($$"""{"id":1,"msg":"{{text ?? ChaosText.Format(7)}}","msgid":6,"toid":3,"cmid":"{{cmid}}"}""");
        Assert.Equal(-1, frame.NumberOfChat);
    }

    [Fact]
    public void A_legacy_push_says_its_conversation_by_its_ids()
    {
        Assert.Equal(ConversationId.Direct(1, 3), Parse("""{"id":3,"msg":"x","msgid":6,"toid":1}""").ConversationOfChat);
        Assert.Equal(ConversationId.Group(5), Parse("""{"groupid":5,"id":3,"msg":"x","msgid":10}""").ConversationOfChat);
    }

    [Fact]
    public void A_page_of_history_is_read()
    {
        var frame = Parse("""{"msgid":102,"ref":5,"errno":0,"messages":[{"id":1,"msg":"x","msgid":6,"seq":1},{"id":2,"msg":"x","msgid":6,"seq":2}],"more":true}""");
        Assert.Equal([1L, 2L], frame.Messages.Select(message => message.Seq));
        Assert.Equal((5L, true), (frame.Ref, frame.HasMore));
    }

    [Fact]
    public void A_sync_is_read()
    {
        var frame = Parse("""{"msgid":102,"ref":2,"errno":0,"token":"t","conversations":[{"conversation":"d:1:3","head":42,"received":4,"read":40},{"conversation":"g:9","head":1}]}""");
        Assert.Equal([(ConversationId.Direct(1, 3), 42L), (ConversationId.Group(9), 1L)], frame.Heads);
        Assert.Equal("t", frame.Token);
    }

    [Fact]
    public void The_queued_messages_of_a_legacy_login_are_read()
    {
        var text = ChaosText.Format(3);
        var frame = Parse($$"""{"errno":0,"id":1,"msgid":2,"name":"a","offlinemsg":["{\"id\":2,\"msg\":\"{{text}}\",\"msgid\":6,\"toid\":1}"]}""");
        Assert.Equal(3, Assert.Single(frame.Messages).NumberOfChat);
    }

    [Fact]
    public void A_refusal_is_read() =>
        Assert.Equal((10, true), Parse("""{"msgid":102,"ref":5,"errno":10,"errmsg":"busy","retry":true}""") is var frame ? (frame.Errno, frame.CanRetry) : default);

    [Theory]
    [InlineData("""{"a":"}\"{"}""", 12)]
    [InlineData("""{"a":[{}]} {"b":1}""", 10)]
    [InlineData("""{"a":[{}""", 0)]
    [InlineData("", 0)]
    public void The_end_of_an_object_is_found(string text, int length) => Assert.Equal(length, FrameReader.LengthOf(Encoding.UTF8.GetBytes(text)));

    [Theory]
    [InlineData("d:3:17", "d:3:17")]
    [InlineData("g:5", "g:5")]
    [InlineData("d:17:3", null)]
    [InlineData("g:5x", null)]
    [InlineData("d:3", null)]
    public void A_conversation_is_read_without_a_string(string text, string? expected) =>
        Assert.Equal(expected, ConversationText.Parse(Encoding.UTF8.GetBytes(text)) is var id && id != default ? id.ToString() : null);

    static ServerFrame Parse(string json)
    {
        var frame = new ServerFrame();
        FrameParser.Parse(Encoding.UTF8.GetBytes(json), frame);
        return frame;
    }
}
