using Chat.Bench.Workloads;
using Xunit;

namespace Chat.Tests.Bench;

public sealed class ChatTargetTests
{
    [Theory]
    [InlineData("127.0.0.1:6001", "127.0.0.1:6001")]
    [InlineData(":6001", "127.0.0.1:6001")]
    [InlineData("127.0.0.1", "127.0.0.1:6000")]
    public void What_is_left_out_is_filled_in(string text, string expected) => Assert.Equal(expected, ChatTarget.Parse(text).EndPoint.ToString());

    [Fact]
    public void Over_WebSockets_it_is_the_web_port()
    {
        Assert.Equal("ws://127.0.0.1:8000", ChatTarget.Parse("127.0.0.1", Transport.Ws).ToString());
        Assert.Equal("ws://127.0.0.1:8001", ChatTarget.Parse(":8001", Transport.Ws).ToString());
    }

    [Theory]
    [InlineData("127.0.0.1:")]
    [InlineData("127.0.0.1:x")]
    [InlineData("127.0.0.1:0")]
    [InlineData("127.0.0.1:65536")]
    [InlineData("127.0.0.1:-1")]
    [InlineData("0.0.0.0:6000")]
    [InlineData("nowhere.invalid:6000")]
    public void What_is_no_address_is_said_to_be_none(string text) =>
        Assert.Contains(text.Split(':')[0], Assert.Throws<BenchException>(() => ChatTarget.Parse(text)).Message, StringComparison.Ordinal);
}
