using System.Text;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Protocol;

public sealed class SendMessageRequestTests
{
    const long Ts = 1795410443660; // 2026-11-23 05:07:23 UTC
    static readonly ChatSender Alice = new(1, "alice");

    [Fact]
    public void The_parts_of_a_message_are_read()
    {
        var direct = Requests.ReadMessage("""{"msgid":6,"id":1,"toid":3,"msg":"hi","cmid":"c-17","ref":3}""");
        Assert.False(direct.IsGroup);
        Assert.Equal((3, 1, "c-17", 2), (direct.TargetId, direct.SenderId, direct.Cmid, direct.TextBytes));

        var group = Requests.ReadMessage("""{"msgid":10,"groupid":5,"msg":""}""");
        Assert.True(group.IsGroup);
        Assert.Equal((5, null, null, 0), (group.TargetId, group.SenderId, group.Cmid, group.TextBytes));
    }

    [Theory]
    [InlineData("""{"id":1,"msg":"hi bob","msgid":6,"name":"alice","time":"2026-01-02 03:04:05","toid":3}""")]
    [InlineData("""{"groupid":1,"id":1,"msg":"hello all","msgid":10,"name":"alice","time":"2026-01-02 03:04:05"}""")]
    [InlineData("""{"id":1,"msg":"你好 😀 \" \\ \n","msgid":6,"name":"alice","time":"","toid":3}""")]
    [InlineData("""{"colour":[1,{"a":null}],"id":1,"msg":"x","msgid":6,"name":"alice","time":"t","toid":3,"zoom":1.50}""")]
    public void A_canonical_object_is_delivered_as_its_own_bytes(string json) => Assert.Equal(json, BodyOf(json));

    [Theory]
    [InlineData("""{"msgid":6,"toid":3,"msg":"hi"}""")]
    [InlineData("""{"toid":3,"msgid":6,"msg":"hi","id":1}""")]
    [InlineData("""{ "msg" : "hi" , "msgid":6, "toid":3, "name":"alice" }""")]
    [InlineData("""{"msg":"hi","msgid":6,"toid":3,"x":1}""", ""","x":1""")]
    [InlineData("""{"msg":"hi","msgid":6,"toid":3,"token":"of another request"}""", ""","token":"of another request""" + "\"")]
    public void What_the_sender_left_out_is_filled_in(string json, string others = "") =>
        Assert.Equal(
            $$"""{"id":1,"msg":"hi","msgid":6,"name":"alice","time":"2026-11-23 05:07:23","toid":3{{others}}}""", BodyOf(json));

    [Fact]
    public void What_the_sender_left_out_of_a_group_message_is_filled_in() =>
        Assert.Equal(
            """{"groupid":5,"id":1,"msg":"hi","msgid":10,"name":"alice","time":"2026-11-23 05:07:23"}""",
            BodyOf("""{"msgid":10,"groupid":5,"msg":"hi"}"""));

    [Fact]
    public void A_time_of_the_sender_is_kept() =>
        Assert.Equal(
            """{"id":1,"msg":"hi","msgid":6,"name":"alice","time":"tea time","toid":3}""",
            BodyOf("""{"msgid":6,"toid":3,"msg":"hi","time":"tea time"}"""));

    [Theory]
    [InlineData("\"cmid\":\"c\"")]
    [InlineData("\"ref\":1")]
    [InlineData("\"conversation\":\"d:1:9\"")]
    [InlineData("\"seq\":7")]
    [InlineData("\"ts\":7")]
    [InlineData("\"offline\":7")]
    [InlineData("\"seq\":{\"a\":[1]}")]
    [InlineData("\"\\u0073eq\":7")]
    public void Keys_that_only_we_may_set_are_not_delivered(string member)
    {
        const string canonical = """{"id":1,"msg":"hi","msgid":6,"name":"alice","time":"t","toid":3}""";
        Assert.Equal(canonical, BodyOf(canonical[..^1] + "," + member + "}"));
        Assert.Equal(
            canonical[..^1] + ""","zoom":1}""", BodyOf(canonical[..^1] + """,  "zoom":1,""" + member + "}"));
    }

    [Fact]
    public void Unknown_keys_are_kept_sorted_and_compact() =>
        Assert.Equal(
            """{"a":{"x":[1,2.50,"é"],"y":null},"id":1,"msg":"hi","msgid":6,"name":"alice","time":"t","toid":3,"z":true}""",
            BodyOf("""{"z":true, "toid":3,"time":"t","name":"alice","msgid":6,"msg":"hi","id":1,"a":{ "y":null, "x":[1, 2.50, "\u00e9"] }}"""));

    [Theory]
    [InlineData("\\u4f60\\u597d", "你好")]
    [InlineData("\\ud83d\\ude00", "😀")]
    [InlineData("a\\/b", "a/b")]
    [InlineData("\\u0022\\u005c\\u000a", "\\\"\\\\\\n")]
    [InlineData("\\u0001\\u001f", "\\u0001\\u001f")]
    [InlineData("\\b\\f\\n\\r\\t", "\\b\\f\\n\\r\\t")]
    [InlineData("\\\\u0041", "\\\\u0041")]
    [InlineData("\u2028\u00a0<&'>", "\u2028\u00a0<&'>")]
    public void Escapes_become_raw_unless_json_needs_them(string sent, string delivered) =>
        Assert.Equal(
            $$"""{"id":1,"msg":"{{delivered}}","msgid":6,"name":"alice","time":"t","toid":3}""",
            BodyOf($$"""{"id":1,"msg":"{{sent}}","msgid":6,"name":"alice","time":"t","toid":3}"""));

    [Theory]
    [InlineData("", 0)]
    [InlineData("abc", 3)]
    [InlineData("é你😀", 9)]
    [InlineData("\\n\\\"\\\\", 3)]
    [InlineData("\\u00e9\\ud83d\\ude00\\/", 7)]
    [InlineData("\\\\u00e9", 6)]
    public void The_size_of_a_text_is_counted_without_its_escapes(string text, int bytes) =>
        Assert.Equal(bytes, Requests.ReadMessage($$"""{"msgid":6,"toid":3,"msg":"{{text}}"}""").TextBytes);

    [Theory]
    [InlineData("""{"msgid":6,"toid":3,"msg":"x"}""", true)]
    [InlineData("""{"msgid":6,"toid":3,"msg":"x","name":"alice"}""", true)]
    [InlineData("""{"msgid":6,"toid":3,"msg":"x","name":"\u0061lice"}""", true)]
    [InlineData("""{"msgid":6,"toid":3,"msg":"x","name":"Alice"}""", false)]
    [InlineData("""{"msgid":6,"toid":3,"msg":"x","name":""}""", false)]
    [InlineData("""{"msgid":6,"toid":3,"msg":"x","name":"mallory","x":1}""", false)]
    public void A_name_must_be_the_senders_own(string json, bool isOwn) => Assert.Equal(isOwn, Requests.ReadMessage(json).IsFrom(Alice));

    [Fact]
    public void A_name_with_quotes_and_other_letters_is_recognised_and_delivered()
    {
        var sender = new ChatSender(1, "D\"你\\");
        var request = Requests.ReadMessage("""{"msgid":6,"toid":3,"msg":"x","name":"D\"你\\","time":"t"}""");
        Assert.True(request.IsFrom(sender));
        Assert.Equal(
            """{"id":1,"msg":"x","msgid":6,"name":"D\"你\\","time":"t","toid":3}""", request.BuildBody(sender).ToString());
        Assert.Equal(
            """{"id":1,"msg":"x","msgid":6,"name":"D\"你\\","time":"t","toid":3}""",
            Requests.ReadMessage("""{"msgid":6,"toid":3,"msg":"x","time":"t"}""").BuildBody(sender).ToString());
    }

    [Fact]
    public void A_cmid_has_at_most_64_code_points()
    {
        var longest = string.Concat(Enumerable.Repeat("😀", 64));
        Assert.Equal(longest, Requests.ReadMessage($$"""{"msgid":6,"toid":3,"msg":"x","cmid":"{{longest}}"}""").Cmid);
        Requests.ReadInvalid($$"""{"msgid":6,"toid":3,"msg":"x","cmid":"{{longest}}a"}""");
    }

    [Fact]
    public void A_time_has_at_most_64_bytes()
    {
        Requests.ReadMessage($$"""{"msgid":6,"toid":3,"msg":"x","time":"{{new string('t', 64)}}"}""");
        Requests.ReadInvalid($$"""{"msgid":6,"toid":3,"msg":"x","time":"{{new string('t', 65)}}"}""");
    }

    static string BodyOf(string json) => Encoding.UTF8.GetString(Requests.ReadMessage(json).BuildBody(Alice).Stamp(Ts).Span);
}
