using System.Buffers;
using System.Net;
using Chat.Node.Gateway;
using Xunit;

namespace Chat.Tests.Gateway;

public sealed class ProxyHeaderTests
{
    const string LongestAddress = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";

    [Theory]
    [InlineData("192.0.2.1", 1)]
    [InlineData("255.255.255.255", 65535)]
    [InlineData("2001:db8::1", 0)]
    [InlineData("::1", 80)]
    [InlineData(LongestAddress, 65535)]
    public void The_address_of_the_client_is_found_in_both_versions(string address, int port)
    {
        var expected = new IPEndPoint(IPAddress.Parse(address), port);
        Assert.Equal(expected, Found(ProxyHeaders.Text(address, port)));
        Assert.Equal(expected, Found(ProxyHeaders.Binary(address, port)));
        Assert.Equal(expected, Found(ProxyHeaders.Binary(address, port, extra: 300)));
    }

    [Fact]
    public void One_client_has_one_address_however_it_is_written()
    {
        var expected = new IPEndPoint(IPAddress.Parse("192.0.2.1"), 51234);
        Assert.Equal(expected, Found(ProxyHeaders.Text("::ffff:192.0.2.1")));
        Assert.Equal(expected, Found(ProxyHeaders.Binary("::ffff:192.0.2.1")));
    }

    [Theory]
    [InlineData("PROXY UNKNOWN")]
    [InlineData("PROXY UNKNOWN whatever it is")]
    [InlineData("PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535")] // the longest
    public void A_balancer_that_does_not_know_the_client_says_so_in_text(string line) => Assert.Null(Found(ProxyHeaders.Line(line)));

    [Theory]
    [InlineData(0x20, 0x00, 0)] // LOCAL: whatever follows is to be ignored
    [InlineData(0x20, 0x11, 12)]
    [InlineData(0x20, 0xff, 3)]
    [InlineData(0x21, 0x00, 0)] // unspecified
    [InlineData(0x21, 0x00, 7)]
    [InlineData(0x21, 0x12, 12)] // UDP
    [InlineData(0x21, 0x22, 36)]
    [InlineData(0x21, 0x31, 216)] // Unix
    [InlineData(0x21, 0x32, 216)]
    public void A_balancer_that_speaks_for_itself_or_of_no_TCP_client_says_so_in_binary(byte command, byte kind, int length) =>
        Assert.Null(Found(ProxyHeaders.Binary(command, kind, new byte[length])));

    [Theory]
    [InlineData("proxy TCP4 192.0.2.1 192.0.2.2 1 2")]
    [InlineData("PROXY")]
    [InlineData("PROXY ")]
    [InlineData("PROXY  TCP4 192.0.2.1 192.0.2.2 1 2")]
    [InlineData("PROXY UNKNOWNS")]
    [InlineData("PROXY TCP5 192.0.2.1 192.0.2.2 1 2")]
    [InlineData("PROXY UDP4 192.0.2.1 192.0.2.2 1 2")]
    [InlineData("PROXY TCP4 192.0.2.1 192.0.2.2 1")]
    [InlineData("PROXY TCP4 192.0.2.1 192.0.2.2 1 2 3")]
    [InlineData("PROXY TCP4 192.0.2.1 192.0.2.2 1 2 ")]
    [InlineData("PROXY TCP4 192.0.2.1  192.0.2.2 1 2")]
    [InlineData("PROXY TCP4 192.0.2.1\t192.0.2.2 1 2")]
    [InlineData("PROXY TCP4 192.0.2 192.0.2.2 1 2")]
    [InlineData("PROXY TCP4 192.0.2.01 192.0.2.2 1 2")]
    [InlineData("PROXY TCP4 192.0.2.256 192.0.2.2 1 2")]
    [InlineData("PROXY TCP4 0x7f.0.0.1 192.0.2.2 1 2")]
    [InlineData("PROXY TCP4 2130706433 192.0.2.2 1 2")]
    [InlineData("PROXY TCP4 ::1 ::1 1 2")]
    [InlineData("PROXY TCP4 192.0.2.1 ::1 1 2")]
    [InlineData("PROXY TCP6 192.0.2.1 192.0.2.2 1 2")]
    [InlineData("PROXY TCP6 fe80::1%lo ::1 1 2")]
    [InlineData("PROXY TCP6 [::1] ::1 1 2")]
    [InlineData("PROXY TCP6 ::1/64 ::1 1 2")]
    [InlineData("PROXY TCP4 192.0.2.1 192.0.2.2 65536 2")]
    [InlineData("PROXY TCP4 192.0.2.1 192.0.2.2 -1 2")]
    [InlineData("PROXY TCP4 192.0.2.1 192.0.2.2 +1 2")]
    [InlineData("PROXY TCP4 192.0.2.1 192.0.2.2 01 2")]
    [InlineData("PROXY TCP4 192.0.2.1 192.0.2.2 1 x")]
    [InlineData("PROXY TCP4 192.0.2.1 192.0.2.2 \u00b2 2")] // a digit elsewhere
    public void A_wrong_line_is_refused(string line) => AssertMalformed(ProxyHeaders.Line(line));

    [Fact]
    public void A_line_has_at_most_107_bytes()
    {
        var longest = $"PROXY UNKNOWN {new string('x', 107 - 16)}";
        Assert.Null(Found(ProxyHeaders.Line(longest)));
        AssertMalformed(ProxyHeaders.Line(longest + "x"));
        Assert.Equal(ProxyHeaderStatus.NeedMore, Read(ProxyHeaders.Line(longest)[..106], out _, out _));
        AssertMalformed([.. ProxyHeaders.Line(longest)[..105], .. "xx"u8]);
    }

    [Theory]
    [InlineData(0x11, 0x11, 12)] // version 1 in binary
    [InlineData(0x31, 0x11, 12)]
    [InlineData(0x22, 0x11, 12)] // neither LOCAL nor PROXY
    [InlineData(0x21, 0x11, 11)] // no room for the addresses
    [InlineData(0x21, 0x21, 35)]
    [InlineData(0x21, 0x31, 215)]
    [InlineData(0x21, 0x41, 300)] // families and transports that do not exist
    [InlineData(0x21, 0x13, 300)]
    [InlineData(0x21, 0xff, 300)]
    public void A_wrong_binary_header_is_refused(byte command, byte kind, int length) =>
        AssertMalformed(ProxyHeaders.Binary(command, kind, new byte[length]));

    [Fact]
    public void A_binary_header_has_at_most_4096_bytes()
    {
        Assert.NotNull(Found(ProxyHeaders.Binary("192.0.2.1", extra: 4096 - 28)));
        AssertMalformed(ProxyHeaders.Binary("192.0.2.1", extra: 4096 - 28 + 1));
        AssertMalformed(ProxyHeaders.Binary("192.0.2.1", extra: 65535 - 12)[..16]); // its length alone is enough
        AssertMalformed(ProxyHeaders.Binary(0x20, 0, new byte[4081]));
    }

    [Theory]
    [InlineData("{\"msgid\":100}")]
    [InlineData("\u0016\u0003\u0001")] // the beginning of TLS
    [InlineData("GET / HTTP/1.1\r\n\r\n")]
    [InlineData("\r\n\r\n\0\r\nQUIX")]
    [InlineData("PROXZ")]
    public void Something_else_is_refused_at_its_first_wrong_byte(string bytes) => AssertMalformed([.. bytes.Select(character => (byte)character)]);

    static void AssertMalformed(byte[] bytes)
    {
        Assert.Equal(ProxyHeaderStatus.Malformed, Read(bytes, out var client, out var rest));
        Assert.Null(client);
        Assert.Equal(bytes.Length, rest);
    }

    /// <summary>What follows the header stays.</summary>
    static IPEndPoint? Found(byte[] header)
    {
        Assert.Equal(ProxyHeaderStatus.Found, Read([.. header, .. "{\"msgid\":100}"u8], out var client, out var rest));
        Assert.Equal(13, rest);
        return client;
    }

    static ProxyHeaderStatus Read(byte[] bytes, out IPEndPoint? client, out long rest)
    {
        var buffer = new ReadOnlySequence<byte>(bytes);
        var status = ProxyHeader.Read(ref buffer, out client);
        rest = buffer.Length;
        return status;
    }
}
