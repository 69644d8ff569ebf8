using System.Text;
using Xunit;

namespace Chat.SystemTests.Bridge;

/// <summary>The form that legacy servers give to what they forward; the first is from the recording.</summary>
public sealed class LegacyJsonTests
{
    [Theory]
    [InlineData("""{ "toid":4 , "zzz":[1,2.50,1e3,null], "msg":"\u4f60\u597d / \"q\" \n","id":1}""", """{"id":1,"msg":"你好 / \"q\" \n","toid":4,"zzz":[1,2.5,1000.0,null]}""")]
    [InlineData("""{"b":{"z":true,"y":false},"a":[],"B":{},"é":1,"":2}""", """{"":2,"B":{},"a":[],"b":{"y":false,"z":true},"é":1}""")]
    [InlineData("""{"a":1,"a":2}""", """{"a":2}""")]
    [InlineData("""{"a":"\u0001\u001f\u007f\/\b\f\r\t"}""", "{\"a\":\"\\u0001\\u001f\u007f/\\b\\f\\r\\t\"}")]
    [InlineData("[0,-0,0.0,-0.0,18446744073709551615,18446744073709551616]", "[0,0,0.0,-0.0,18446744073709551615,1.8446744073709552e+19]")]
    [InlineData("[0.1,123456.789,1e14,1e15,123e-6,0.00012,1.5e-5,-1E-7,1.25e300]", "[0.1,123456.789,100000000000000.0,1e+15,0.000123,0.00012,1.5e-05,-1e-07,1.25e+300]")]
    public void It_is_written_as_they_write_it(string json, string written) =>
        Assert.Equal(written, LegacyJson.Dump(LegacyJson.Parse(Encoding.UTF8.GetBytes(json))));

    [Fact]
    public void Keys_are_ordered_by_their_bytes() =>
        Assert.Equal("""{"ｆ":1,"😀":2}""", LegacyJson.Dump(LegacyJson.Parse("""{"😀":2,"ｆ":1}"""u8.ToArray())));

    [Theory]
    [InlineData("\uFEFF {\"id\":7}\n", 7)]
    [InlineData("{\"id\":7}\0{\"id\":8}\0", 7)]
    [InlineData("{\"id\":7.9}", 7)]
    [InlineData("{\"id\":4294967303}", 7)]
    [InlineData("{\"id\":true}", 1)]
    public void It_is_read_as_they_read_it(string segment, int id) =>
        Assert.Equal(id, LegacyJson.Parse(Encoding.UTF8.GetBytes(segment)).Int("id"));

    [Theory]
    [InlineData("hello\0")]
    [InlineData("{}\0")]
    [InlineData("[1]")]
    [InlineData("{\"id\":7}{\"id\":8}")]
    [InlineData("{\"id\":7,\"na")]
    [InlineData("{\"id\":\"7\"}")]
    [InlineData("{\"id\":null}")]
    [InlineData("{\"id\":7,\"x\":\"\\ud800\"}")]
    [InlineData("{\"id\":7,\"x\":1e400}")]
    public void What_they_do_not_survive_is_an_abort(string segment) =>
        Assert.Throws<LegacyAbortException>(() => LegacyJson.Parse(Encoding.UTF8.GetBytes(segment)).Int("id"));

    [Fact]
    public void They_do_not_survive_what_is_no_utf8()
    {
        Assert.Throws<LegacyAbortException>(() => LegacyJson.Parse(new byte[] { (byte)'"', 0xC4, 0xE3, (byte)'"' }));
        Assert.Throws<LegacyAbortException>(() => LegacyJson.Text([0xC4, 0xE3]));
    }
}
