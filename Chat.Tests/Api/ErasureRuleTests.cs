using System.Text;
using Chat.Node.Erasure;
using Chat.Node.Storage;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Api;

/// <summary>What is left of a message, and what is one of a user.</summary>
public sealed class ErasureRuleTests
{
    [Theory]
    [InlineData("""{"id":17,"msg":"hi","msgid":6,"name":"alice"}""", """{"id":17,"msg":"","msgid":6,"name":"erased-17"}""")]
    [InlineData("""{"msg":"","name":"erased-17"}""", null)]
    [InlineData("""{"msg":""}""", null)]
    [InlineData("""{"msg":7,"name":{"x":1}}""", """{"msg":"","name":"erased-17"}""")]
    [InlineData("""{"msg":"a","msg":"b"}""", """{"msg":""}""")]
    [InlineData("no JSON", """{"msg":""}""")]
    [InlineData("[]", """{"msg":""}""")]
    public void A_body_is_left_without_text_and_with_another_name(string body, string? expected) =>
        Assert.Equal(expected, ErasedBody.Of(Encoding.UTF8.GetBytes(body), "erased-17") is { } left ? Encoding.UTF8.GetString(left) : null);

    [Fact]
    public void A_system_message_gets_other_words_where_it_names_the_user()
    {
        var message = new SystemMessage(SystemMessage.Added, 17, [3]);
        var body = message.ToBody(5, SystemText.Of(message, new Dictionary<int, string> { [17] = "alice", [3] = "bob" }), 1).Bytes;
        Assert.NotNull(ErasedBody.Naming(body, 17));
        Assert.NotNull(ErasedBody.Naming(body, 3));
        Assert.Null(ErasedBody.Naming(body, 5));
        Assert.Null(ErasedBody.Naming("{"u8.ToArray(), 17));
        var names = new Dictionary<int, string> { [17] = "erased-17", [3] = "bob" };
        var left = ErasedBody.Of(body, message, names)!;
        Assert.Equal("erased-17 added bob", ChangedBody.TextOf(left));
        Assert.Null(ErasedBody.Of(left, message, names));
    }

    [Theory]
    [InlineData("""{"msgid":6,"id":17,"msg":"x"}""", true)]
    [InlineData("""{"msgid":6,"id":18,"msg":"17"}""", false)]
    [InlineData("""{"msgid":6,"id":"17"}""", false)]
    [InlineData("""[17]""", false)]
    [InlineData("no JSON", false)]
    public void A_queued_message_says_whose_it_is(string message, bool isFrom) => Assert.Equal(isFrom, PersonEraser.IsFrom(message, 17));

    [Theory]
    [InlineData("6.1.3.17.42", true)]
    [InlineData("0.0.0.0.9223372036854775807", true)]
    [InlineData("7.0.0.0.0", false)]
    [InlineData("6.3.0.0.0", false)]
    [InlineData("6.0.0.0", false)]
    [InlineData("6.0.-1.0.0", false)]
    [InlineData("6.0.4294967296.0.0", false)]
    [InlineData("a.b.c.d.e", false)]
    public void A_place_in_an_export_is_one_that_was_given(string text, bool isOne) => Assert.Equal(isOne ? text : null, ExportPlace.Parse(text)?.ToString());
}
