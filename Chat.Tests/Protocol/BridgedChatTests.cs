using System.Text;
using System.Text.Json;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Protocol;

/// <summary>Chats that other servers wrote: what they need is put in, and what no client survives is named.</summary>
public sealed class BridgedChatTests
{
    const long Now = 1_767_323_045_000; // 2026-01-02 03:04:05

    [Theory]
    [InlineData(
        """{"id":3,"msg":"hi","msgid":6,"name":"bob","time":"t","toid":7}""",
        """{"id":3,"msg":"hi","msgid":6,"name":"bob","time":"t","toid":7}""", "d:3:7")]
    [InlineData(
        """{"groupid":4,"id":3,"msg":"hi","msgid":10,"name":"bob","time":"t"}""",
        """{"groupid":4,"id":3,"msg":"hi","msgid":10,"name":"bob","time":"t"}""", "g:4")]
    [InlineData(
        """ { "toid" : 9, "time":"t", "name":"bob", "msgid":6, "msg":"hi", "id":9 } """,
        """{"id":9,"msg":"hi","msgid":6,"name":"bob","time":"t","toid":7}""", "d:7:9")]
    [InlineData(
        """{"id":7,"msg":"to myself","msgid":6,"name":"me","time":"t","toid":7,"zzz":{"b":[1,null],"a":"你"}}""",
        """{"id":7,"msg":"to myself","msgid":6,"name":"me","time":"t","toid":7,"zzz":{"a":"你","b":[1,null]}}""", "d:7:7")]
    public void A_chat_comes_in_the_legacy_shape(string json, string body, string conversation)
    {
        var chat = Read(json);
        Assert.Equal(body, chat.Text);
        Assert.Equal(conversation, chat.Chat.Conversation.ToString());
    }

    [Theory]
    [InlineData("""{"msg":"x"}""", """{"id":0,"msg":"x","msgid":6,"name":"user 0","time":"2026-01-02 03:04:05","toid":7}""", null)]
    [InlineData("""{"msg":"x","id":3}""", """{"id":3,"msg":"x","msgid":6,"name":"user 3","time":"2026-01-02 03:04:05","toid":7}""", "d:3:7")]
    [InlineData("""{"msg":"x","groupid":4}""", """{"groupid":4,"id":0,"msg":"x","msgid":10,"name":"user 0","time":"2026-01-02 03:04:05"}""", "g:4")]
    [InlineData("""{"msg":null,"name":null,"time":null,"id":null,"msgid":null,"toid":null}""", """{"id":0,"msg":"","msgid":6,"name":"user 0","time":"2026-01-02 03:04:05","toid":7}""", null)]
    [InlineData("""{"msg":12.50,"name":[1, 2],"time":17,"id":-3}""", """{"id":0,"msg":"12.50","msgid":6,"name":"[1, 2]","time":"17","toid":7}""", null)]
    [InlineData("""{"msg":"x","id":"3","msgid":"6","toid":{}}""", """{"id":0,"msg":"x","msgid":6,"name":"user 0","time":"2026-01-02 03:04:05","toid":7}""", null)]
    [InlineData("""{"msg":"x","id":99999999999999999999,"toid":1e300}""", """{"id":0,"msg":"x","msgid":6,"name":"user 0","time":"2026-01-02 03:04:05","toid":7}""", null)]
    public void What_a_client_needs_is_put_in(string json, string body, string? conversation)
    {
        var chat = Read(json);
        Assert.Equal(body, chat.Text);
        Assert.Equal(conversation, chat.Chat.Conversation?.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("  \0\0")]
    [InlineData("\uFEFF")]
    [InlineData("no JSON")]
    [InlineData("{")]
    [InlineData("""{"id":3,"msg":"cut of""")]
    [InlineData("""{"msg":"x"}{"msg":"y"}""")]
    [InlineData("""{"msg":"x",}""")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"msg\"")]
    [InlineData("7")]
    [InlineData("{}")]
    [InlineData("""{"id":3,"msgid":6,"toid":7}""")]
    [InlineData("""{"msg":"x","msgid":1}""")]
    [InlineData("""{"msg":"x","msgid":0}""")]
    [InlineData("""{"msg":"x","msgid":10}""")]
    [InlineData("""{"msg":"x","msgid":10,"groupid":0}""")]
    [InlineData("""{"msg":"x","msgid":10,"groupid":-4}""")]
    [InlineData("""{"msg":"x","msgid":10,"groupid":"4"}""")]
    [InlineData("""{"msg":"x","toid":1e999}""")]
    [InlineData("""{"msg":"x","z":[{"a":-1e999}]}""")]
    [InlineData("""{"msg":"\ud83d"}""")]
    [InlineData("""{"msg":"x","\ude00":1}""")]
    [InlineData("""{"msg":"x","zzz":["\ud83d"]}""")]
    public void What_no_client_can_be_given_is_refused_with_a_reason(string json)
    {
        Assert.NotEqual("", BridgedChat.TryRead(Encoding.UTF8.GetBytes(json), 7, Now, out var chat) ?? "");
        Assert.Null(chat);
    }

    [Theory]
    [InlineData("7B226D7367223A22FF227D")] // {"msg":"\xff"}
    [InlineData("7B226D7367223A22E4BD227D")] // half a character
    [InlineData("7B226D7367223A2278222C22C3223A317D")] // in a key
    [InlineData("7B226D7367223A5B22C0AF225D7D")] // overlong, in an array
    public void Bytes_that_are_no_utf8_are_refused(string hex)
    {
        Assert.NotNull(BridgedChat.TryRead(Convert.FromHexString(hex), 7, Now, out var chat));
        Assert.Null(chat);
    }

    [Theory]
    [InlineData("\0{0}\0\0")]
    [InlineData("\uFEFF{0}\n")]
    [InlineData("\r\n \uFEFF \t{0}   \r\n\0")]
    public void What_is_around_the_object_is_left_out(string around) =>
        Assert.Equal("x", Body(Read(around.Replace("{0}", """{"msg":"x"}""", StringComparison.Ordinal)).Chat).GetProperty("msg").GetString());

    [Fact]
    public void Deep_nesting_is_refused_and_costs_nothing()
    {
        Assert.NotNull(BridgedChat.TryRead(Nested(100_000), 7, Now, out _));
        Assert.NotNull(BridgedChat.TryRead(Nested(40), 7, Now, out _));
        Assert.Null(BridgedChat.TryRead(Nested(20), 7, Now, out _));

        static byte[] Nested(int depth) => Encoding.UTF8.GetBytes($$"""{"msg":"x","z":{{new string('[', depth)}}{{new string(']', depth)}}}""");
    }

    [Fact]
    public void Of_two_equal_keys_the_last_one_counts()
    {
        var chat = Read("""{"msg":"one","msg":"two","id":1,"id":2,"z":{"a":1,"a":2},"name":"n","time":"t"}""");
        Assert.Equal("""{"id":2,"msg":"two","msgid":6,"name":"n","time":"t","toid":7,"z":{"a":2}}""", chat.Text);
        Assert.Equal(2, chat.Chat.SenderId);
    }

    /// <summary>Else another server could say what number in which conversation a modern client takes it for.</summary>
    [Fact]
    public void Keys_that_only_we_write_are_left_out()
    {
        var chat = Read("""{"cmid":"c","conversation":"g:1","id":3,"msg":"x","name":"n","offline":5,"ref":1,"seq":9,"time":"t","ts":1}""");
        Assert.Equal("""{"id":3,"msg":"x","msgid":6,"name":"n","time":"t","toid":7}""", chat.Text);
    }

    [Theory]
    [InlineData("n")]
    [InlineData("你")]
    [InlineData("😀")]
    [InlineData("\\u0001")]
    [InlineData("\\\"")]
    public void However_long_everything_is_a_legacy_client_survives_it(string unit)
    {
        var huge = string.Concat(Enumerable.Repeat(unit, 3000));
        foreach (var kind in (string[])["6", "10"])
        {
            var chat = Read($$"""{"groupid":4,"id":3,"msg":"{{huge}}","msgid":{{kind}},"name":"{{huge}}","time":"{{huge}}","toid":"{{huge}}","z":"{{huge}}"}""");
            Assert.All(LegacyFrames.Split(chat.Chat.Body), frame => Assert.True(frame.Length <= LegacyFrames.MaxBytes));
        }

        var typed = JsonDocument.Parse($"\"{huge}\"").RootElement.GetString()!;
        Assert.StartsWith(Body(Read($$"""{"msg":"{{huge}}","name":"{{huge}}"}""").Chat).GetProperty("name").GetString()!, typed, StringComparison.Ordinal);
        Assert.Equal(typed, Body(Read($$"""{"msg":"{{huge}}"}""").Chat).GetProperty("msg").GetString());
    }

    [Fact]
    public void Whatever_comes_nothing_is_thrown_and_what_is_given_is_canonical()
    {
        var random = new Random(7);
        var valid = Encoding.UTF8.GetBytes("""{"groupid":4,"id":3,"msg":"h\"你\u4f60","msgid":10,"name":"bob","time":"t","z":[1,{"a":null}]}""");
        var read = 0;
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = valid.ToArray();
            for (var i = random.Next(4); i >= 0; i--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(random.Next(2) == 0 ? 0x80 : 0x100);
            if (BridgedChat.TryRead(bytes.AsMemory(0, random.Next(10) == 0 ? random.Next(bytes.Length) : bytes.Length), 7, Now, out var chat) is not null)
                continue;
            read++;
            Assert.Null(BridgedChat.TryRead(chat!.Body, 7, Now, out var again));
            Assert.Equal(chat.Body.ToArray(), again!.Body.ToArray());
        }

        Assert.True(read > 200);
    }

    static (BridgedChat Chat, string Text) Read(string json)
    {
        Assert.Null(BridgedChat.TryRead(Encoding.UTF8.GetBytes(json), 7, Now, out var chat));
        return (chat!, Encoding.UTF8.GetString(chat!.Body.Span));
    }

    static JsonElement Body(BridgedChat chat) => JsonDocument.Parse(chat.Body).RootElement;
}
