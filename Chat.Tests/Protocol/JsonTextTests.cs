using System.Text;
using System.Text.Json;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Protocol;

public sealed class JsonTextTests
{
    [Theory]
    [InlineData("", "\"\"")]
    [InlineData("alice", "\"alice\"")]
    [InlineData("é你😀<&'>\u2028\u007f", "\"é你😀<&'>\u2028\u007f\"")]
    [InlineData("a\"b\\c/", "\"a\\\"b\\\\c/\"")]
    [InlineData("\b\f\n\r\t\u0001\u001f", "\"\\b\\f\\n\\r\\t\\u0001\\u001f\"")]
    [InlineData("😀\"你", "\"😀\\\"你\"")]
    public void A_string_is_quoted_with_no_more_escapes_than_json_needs(string text, string token) =>
        Assert.Equal(token, Encoding.UTF8.GetString(JsonText.Quote(text)));

    [Theory]
    [InlineData("""{"msg":"你好 😀","id":1}""", """{"msg":"\u4f60\u597d \ud83d\ude00","id":1}""")]
    [InlineData("""{"msg":"plain"}""", """{"msg":"plain"}""")]
    public void For_readers_that_mistake_character_sets_json_can_be_ascii(string json, string ascii) =>
        Assert.Equal(ascii, JsonText.ToAscii(Encoding.UTF8.GetBytes(json)));

    [Theory]
    [InlineData("""{"a":"\u4F60\u597d"}""", """{"a":"你好"}""")]
    [InlineData("""{"a":"\uD83D\uDE00"}""", """{"a":"😀"}""")]
    [InlineData("""{"a":"\u0041\u0000\u001f\n\"\/"}""", """{"a":"\u0041\u0000\u001f\n\"\/"}""")]
    [InlineData("""{"a":"\\u4f60"}""", """{"a":"\\u4f60"}""")]
    [InlineData("""{"a":"\\\u4f60"}""", """{"a":"\\你"}""")]
    [InlineData("""{"a":"\ud83d"}""", """{"a":"\ud83d"}""")]
    [InlineData("""{"a":"\ud83dx\ude00"}""", """{"a":"\ud83dx\ude00"}""")]
    [InlineData("""{"a":"\ud83d\u4f60"}""", """{"a":"\ud83d你"}""")]
    [InlineData("""{"a":"\ude00\ud83d"}""", """{"a":"\ude00\ud83d"}""")]
    [InlineData("""{"a":"\ud83d\ud83d\ude00"}""", """{"a":"\ud83d😀"}""")]
    [InlineData("""{"a":"\u0080\u07ff\uffff"}""", "{\"a\":\"\u0080\u07ff\uffff\"}")]
    [InlineData("""\u4f6""", """\u4f6""")]
    [InlineData("""\u4f6g\u+4f6\""", """\u4f6g\u+4f6\""")]
    public void Only_what_ascii_had_to_escape_is_raw_again(string ascii, string raw) =>
        Assert.Equal(raw, Encoding.UTF8.GetString(JsonText.FromAscii(Encoding.UTF8.GetBytes(ascii)).Span));

    [Fact]
    public void Whatever_is_canonical_is_the_same_after_a_way_through_ascii()
    {
        var random = new Random(20260102);
        for (var round = 0; round < 20_000; round++)
        {
            var json = Canonical(JsonSerializer.Serialize(new { msg = "x", z = Value(random, 3) }));
            var ascii = JsonText.ToAscii(json);
            Assert.True(System.Text.Ascii.IsValid(ascii), ascii);
            Assert.Equal(json, Canonical(ascii));
            Assert.Equal(json, JsonText.FromAscii(Encoding.ASCII.GetBytes(ascii)).ToArray());
        }
    }

    static byte[] Canonical(string json)
    {
        Assert.Null(BridgedChat.TryRead(Encoding.UTF8.GetBytes(json), 1, 0, out var chat));
        return chat!.Body.ToArray();
    }

    static object? Value(Random random, int depth) => random.Next(depth > 0 ? 6 : 4) switch
    {
        0 => random.Next(),
        1 => random.Next(3) switch { 0 => null, 1 => true, _ => random.NextDouble() },
        2 or 3 => Text(random),
        4 => Enumerable.Range(0, random.Next(4)).Select(_ => Value(random, depth - 1)).ToArray(),
        _ => Enumerable.Range(0, random.Next(4)).Select(i => (Key: $"{i}{Text(random)}", Value: Value(random, depth - 1)))
            .ToDictionary(member => member.Key, member => member.Value),
    };

    static string Text(Random random) => string.Concat(Enumerable.Range(0, random.Next(8)).Select(_ => random.Next(8) switch
    {
        0 => "\\",
        1 => "u",
        2 => "\\u4f60",
        3 => $"{(char)random.Next(0, 0x100)}",
        4 => new Rune(random.Next(0x10000, 0x110000)).ToString(),
        5 => $"{(char)random.Next(0xE000, 0x10000)}",
        _ => $"{(char)random.Next(0x20, 0xD800)}",
    }));
}
