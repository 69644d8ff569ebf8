using System.Buffers;
using Chat.Node.Gateway;

namespace Chat.Bench.Fuzzing.Targets;

/// <summary>What a balancer puts in front of a connection: found or refused within its bound, however it is cut.</summary>
sealed class ProxyTarget : FuzzTarget
{
    static readonly byte[] Signature = "\r\n\r\n\0\r\nQUIT\n"u8.ToArray();

    public override string Name => "proxy";

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        Utf8("PROXY TCP4 192.0.2.1 192.0.2.2 1234 6000\r\n{}"), Utf8("PROXY TCP6 2001:db8::1 2001:db8::2 1234 6000\r\n"), Utf8("PROXY UNKNOWN a b\r\n{"), Utf8("PROXY TCP6 ::ffff:192.0.2.1 ::1 1 2\r\n"),
        [.. Signature, 0x21, 0x11, 0, 12, 192, 0, 2, 1, 192, 0, 2, 2, 4, 210, 23, 112, (byte)'{'], [.. Signature, 0x20, 0, 0, 0],
        [.. Signature, 0x21, 0x21, 0, 36, .. new byte[36]], [.. Signature, 0x21, 0x11, 0, 52, .. new byte[52]], [.. Signature, 0x21, 0x11, 0x10, 0], Utf8("{\"msgid\":100}"),
    ];

    public override IReadOnlyList<byte[]> Words { get; } = [Signature, Utf8("PROXY "), Utf8("TCP4 "), Utf8("TCP6 "), Utf8("\r\n"), Utf8("%lo"), Utf8("0x7f"), Utf8("::")];

    public override string Run(byte[] input)
    {
        var buffer = new ReadOnlySequence<byte>(input);
        var status = ProxyHeader.Read(ref buffer, out var client);
        var taken = input.Length - buffer.Length;
        Require(taken is >= 0 and <= ProxyHeader.MaxBinaryBytes && (status == ProxyHeaderStatus.Found || taken == 0), "more is taken than a header has");
        Require(status != ProxyHeaderStatus.NeedMore || input.Length < ProxyHeader.MaxBinaryBytes, "it is heard for ever");
        if (input.Length > 1)
        {
            var cut = FrameFeed.Sequence(input, 0, input.Length, [input.Length / 3 + 1, input.Length - 1]);
            Require(ProxyHeader.Read(ref cut, out var same) == status && Equals(same, client), "what is found depends on how it is cut");
        }

        return $"{status} {client?.AddressFamily}";
    }
}
