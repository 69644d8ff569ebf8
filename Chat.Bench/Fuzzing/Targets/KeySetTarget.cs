using System.Text;
using Chat.Node.Auth;

namespace Chat.Bench.Fuzzing.Targets;

/// <summary>The keys of an issuer, as its server sends them: a set of some that may be used, or a <see cref="FormatException"/>.</summary>
sealed class KeySetTarget : FuzzTarget
{
    const string Ec = """{"kty":"EC","crv":"P-256","kid":"e","use":"sig","alg":"ES256","x":"fIn0UCWtE85AktWxrRsjqGKxyKSTXmKPYjK-PpcyEA0","y":"AnJBoLItb5zy9cEpfEeG72-roxNfif4YWyoOZfezZmA"}""";

    static readonly string Rsa = $$"""{"kty":"RSA","kid":"r","n":"{{new string('A', 341)}}Q","e":"AQAB"}""";

    public override string Name => "keysets";

    public override long MaxAllocated(int length) => (256 * 1024) + (2000L * length);

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        .. new[] { $$"""{"keys":[{{Ec}},{{Rsa}}]}""", $$"""{"keys":[{{Ec}}]}""", """{"keys":[{"kty":"oct","k":"AAAA"}]}""", """{"keys":[]}""", "{}", "[]", """{"keys":{"kty":"EC"}}""", """{"keys":[null,1,"x",{"kty":"RSA","n":null}]}""" }.Select(Utf8),
    ];

    public override IReadOnlyList<byte[]> Words { get; } = [Utf8(Ec), Utf8("\"kty\":\"RSA\""), Utf8("\"n\":\"AQAB\""), Utf8("\"e\":\"\""), Utf8("\"d\":\"AQAB\""), Utf8("\"x5c\":[\"AAAA\"]"), Utf8("\"key_ops\":[\"verify\"]")];

    public override string Run(byte[] input)
    {
        try
        {
            var keys = JwksDocument.Read(Encoding.UTF8.GetString(input));
            Require(keys.Find(null).Count is > 0 and <= JwksDocument.MaxKeys, "a set without keys, or with too many");
            return $"{keys.Find(null).Count} keys";
        }
        catch (FormatException e)
        {
            return e.Message;
        }
    }
}
