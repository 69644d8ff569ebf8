using System.Text;
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
    [InlineData("""{"msg":"你好 😀","id":1}""", """{"msg":"\u4F60\u597D \uD83D\uDE00","id":1}""")]
    [InlineData("""{"msg":"plain"}""", """{"msg":"plain"}""")]
    public void For_readers_that_mistake_character_sets_json_can_be_ascii(string json, string ascii) =>
        Assert.Equal(ascii, JsonText.ToAscii(Encoding.UTF8.GetBytes(json)));
}
