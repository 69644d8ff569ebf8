using System.Net;
using Chat.Bench.Fuzzing;
using Chat.Node.Gateway;
using Xunit;

namespace Chat.Tests.Gateway;

/// <summary>Whatever arrives, and however it is split, the answer is the same, and nobody is heard for more bytes than allowed.</summary>
public sealed class ProxyHeaderPropertyTests
{
    static readonly byte[] Behind = "{\"msgid\":100}"u8.ToArray();

    [Fact]
    public void A_header_is_found_at_every_two_cuts_and_byte_by_byte()
    {
        foreach (var header in GoodHeaders())
        {
            byte[] bytes = [.. header, .. Behind];
            var expected = Feed(bytes, []);
            Assert.Equal((ProxyHeaderStatus.Found, header.Length), (expected.Status, expected.Taken));
            Assert.Equal(expected, Feed(bytes, [.. Enumerable.Range(1, bytes.Length - 1)]));
            for (var one = 1; one < bytes.Length; one++)
            {
                Assert.Equal(expected, Feed(bytes, [one]));
                for (var other = one + 1; other < bytes.Length; other += 7)
                    Assert.Equal(expected, Feed(bytes, [one, other]));
            }
        }
    }

    [Fact]
    public void A_header_that_was_damaged_gives_the_same_at_every_cut_and_never_takes_more_than_itself()
    {
        var random = new Random(7);
        var seen = new HashSet<ProxyHeaderStatus>();
        foreach (var header in GoodHeaders())
        {
            for (var round = 0; round < 400; round++)
            {
                var bytes = Damage([.. header, .. Behind], random);
                var expected = Feed(bytes, []);
                seen.Add(expected.Status);
                Assert.InRange(expected.Taken, 0, ProxyHeader.MaxBinaryBytes);
                Assert.Equal(expected, Feed(bytes, [.. Enumerable.Range(1, Math.Max(0, bytes.Length - 1))]));
                Assert.Equal(expected, Feed(bytes, [.. Enumerable.Range(0, 4).Select(_ => random.Next(1, bytes.Length + 1)).Distinct().Order()]));
            }
        }

        Assert.Equal(3, seen.Count); // else the damage is too small, or too large, to mean anything
    }

    [Fact]
    public void Nobody_is_heard_for_ever()
    {
        var random = new Random(11);
        var beginnings = GoodHeaders().Select(header => header[..Math.Min(6, header.Length)]).Append([]).ToList();
        for (var round = 0; round < 2000; round++)
        {
            var noise = new byte[ProxyHeader.MaxBinaryBytes];
            random.NextBytes(noise);
            byte[] bytes = [.. beginnings[round % beginnings.Count], .. noise];
            Assert.NotEqual(ProxyHeaderStatus.NeedMore, Feed(bytes, []).Status);
        }
    }

    static IEnumerable<byte[]> GoodHeaders() =>
    [
        ProxyHeaders.Text("192.0.2.1"), ProxyHeaders.Text("2001:db8::1"), ProxyHeaders.Line("PROXY UNKNOWN a b"),
        ProxyHeaders.Binary("192.0.2.1"), ProxyHeaders.Binary("2001:db8::1"), ProxyHeaders.Binary("192.0.2.1", extra: 40),
        ProxyHeaders.Binary(0x20, 0, []),
    ];

    /// <summary>As the middleware does: what is not taken is presented again with more behind it.</summary>
    static (ProxyHeaderStatus Status, long Taken, IPEndPoint? Client) Feed(byte[] bytes, int[] cuts)
    {
        foreach (var end in cuts.Append(bytes.Length))
        {
            var buffer = FrameFeed.Sequence(bytes, 0, end, cuts);
            var status = ProxyHeader.Read(ref buffer, out var client);
            if (status != ProxyHeaderStatus.NeedMore)
                return (status, end - buffer.Length, client);
            Assert.Equal(end, buffer.Length);
        }

        return (ProxyHeaderStatus.NeedMore, 0, null);
    }

    /// <summary>Some bytes are changed, left out, put in, or the end is missing.</summary>
    static byte[] Damage(byte[] bytes, Random random)
    {
        var damaged = bytes.ToList();
        for (var changes = random.Next(1, 3); changes > 0 && damaged.Count > 2; changes--)
        {
            var at = random.Next(damaged.Count - 1);
            switch (random.Next(4))
            {
                case 0:
                    damaged[at] = (byte)random.Next(256);
                    break;
                case 1:
                    damaged.RemoveAt(at);
                    break;
                case 2:
                    damaged.Insert(at, (byte)" 0.:\r\n\0x"[random.Next(8)]);
                    break;
                default:
                    damaged.RemoveRange(at + 1, damaged.Count - at - 1);
                    break;
            }
        }

        return [.. damaged];
    }
}
