using System.Text;
using System.Text.Json;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Protocol;

/// <summary>The search on the wire: both sides.</summary>
public sealed class SearchFramesTests
{
    static readonly RequestRef Ref = new("7"u8.ToArray());

    [Fact]
    public void It_says_what_and_where_and_when()
    {
        var json = """{"msgid":137,"text":"上海 \"x\"","conversation":"d:1:3","from":3,"since":5,"until":9007199254740993,"after":"9.1.3.4","limit":20}""";
        var expected = new SearchRequest("上海 \"x\"", 20) { Conversation = ConversationId.Direct(1, 3), From = 3, Since = 5, Until = 9007199254740993, After = "9.1.3.4" };
        Assert.Equal(expected, Requests.Read(Encoding.UTF8.GetBytes(json)));
        Assert.Equal(expected, Requests.Read(expected.ToBytes()));
        Assert.Equal(new SearchRequest("a", 50), Requests.Read("""{"msgid":137,"text":"a","limit":9999}"""u8.ToArray()));
        Assert.Equal(new SearchRequest("a", 50), Requests.Read(new SearchRequest("a", 50).ToBytes()));
    }

    [Theory]
    [InlineData("{\"msgid\":137}", "\"text\" is missing")]
    [InlineData("{\"msgid\":137,\"text\":\"\"}", "\"text\" must be a string of 1 to 256 bytes")]
    [InlineData("{\"msgid\":137,\"text\":5}", "\"text\"")]
    [InlineData("{\"msgid\":137,\"text\":\"a\",\"text\":\"b\"}", "\"text\" is there twice")]
    [InlineData("{\"msgid\":137,\"text\":\"a\",\"from\":1,\"from\":2}", "\"from\" is there twice")]
    [InlineData("{\"msgid\":137,\"text\":\"a\",\"conversation\":\"d:3:1\"}", "\"conversation\"")]
    [InlineData("{\"msgid\":137,\"text\":\"a\",\"from\":0}", "\"from\" must be the id of a user")]
    [InlineData("{\"msgid\":137,\"text\":\"a\",\"from\":3000000000}", "\"from\"")]
    [InlineData("{\"msgid\":137,\"text\":\"a\",\"since\":\"yesterday\"}", "\"since\" must be a time")]
    [InlineData("{\"msgid\":137,\"text\":\"a\",\"until\":-1}", "\"until\" must be a time")]
    [InlineData("{\"msgid\":137,\"text\":\"a\",\"limit\":0}", "\"limit\"")]
    [InlineData("{\"msgid\":137,\"text\":\"a\",\"after\":1}", "\"after\"")]
    public void What_is_wrong_is_named(string json, string expected) =>
        Assert.Contains(expected, Assert.IsType<InvalidRequest>(Requests.Read(Encoding.UTF8.GetBytes(json))).Reason, StringComparison.Ordinal);

    [Fact]
    public void A_text_that_is_too_long_is_named_by_its_bound() =>
        Assert.Contains("256 bytes", Assert.IsType<InvalidRequest>(Requests.Read(new SearchRequest(new string('海', 86), 1).ToBytes())).Reason, StringComparison.Ordinal);

    [Fact]
    public void Hits_are_read_as_they_are_written()
    {
        var hits = new[] { Hit(4, "hi \"there\""), Hit(2, "上海") };
        var bytes = new SearchReply(hits, 99, "9.1.3.2").ToBytes(Ref, 65536);
        Assert.Equal(
            """{"msgid":102,"ref":7,"errno":0,"hits":[{"conversation":"d:1:3","seq":4,"id":3,"ts":1004,"msg":"hi \"there\""},{"conversation":"d:1:3","seq":2,"id":3,"ts":1002,"msg":"上海"}],"more":true,"after":"9.1.3.2","indexed":99}""" + "\n",
            Encoding.UTF8.GetString(bytes));
        var read = SearchReply.Of(Json(bytes));
        Assert.Equal(hits.Select(hit => hit with { Place = "" }), read.Hits);
        Assert.Equal((99L, "9.1.3.2"), (read.Indexed, read.After));
        Assert.Null(SearchReply.Of(Json(new SearchReply([], 0, null).ToBytes(Ref, 65536))).After);
        Assert.Throws<FormatException>(() => SearchReply.Of(Json("""{"hits":[{"seq":1}]}"""u8.ToArray())));
    }

    [Fact]
    public void What_does_not_fit_is_left_for_the_next_page()
    {
        var read = SearchReply.Of(Json(new SearchReply([Hit(3, new string('x', 1000)), Hit(2, new string('x', 1000)), Hit(1, "")], 99, null).ToBytes(Ref, 2048)));
        Assert.Equal([3L], read.Hits.Select(hit => hit.Seq));
        Assert.Equal("3.1.3.3", read.After);
    }

    static SearchHit Hit(long seq, string text) => new(ConversationId.Direct(1, 3), seq, 3, 1000 + seq, text) { Place = $"{seq}.1.3.{seq}" };

    static JsonElement Json(byte[] bytes) => JsonDocument.Parse(bytes).RootElement;
}
