using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Chat.Node.Auth;
using Chat.Node.Settings;

namespace Chat.Bench.Fuzzing.Targets;

/// <summary>Tokens (JWT): nobody makes a good one without the secret, and each verdict has its reason.</summary>
sealed class TokenTarget : FuzzTarget
{
    const string Issuer = "https://product.example";
    const string OtherIssuer = "https://other.example";
    const string Secret = "a secret that is long enough: 0123456789";

    /// <summary>Nobody has its private key any more.</summary>
    const string PublicKey =
        """
        -----BEGIN PUBLIC KEY-----
        MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEfIn0UCWtE85AktWxrRsjqGKxyKST
        XmKPYjK+PpcyEA0CckGgsi1vnPL1wSl8R4bvb6ujE1+J/hhbKg5l97NmYA==
        -----END PUBLIC KEY-----
        """;

    static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_795_410_000);

    static readonly string[] Good =
    [
        Signed("""{"alg":"HS256","typ":"JWT"}""", $$"""{"iss":"{{Issuer}}","aud":"chat","sub":"user-7","iat":1795410000,"exp":1795413600}"""),
        Signed("""{"alg":"HS256"}""", $$"""{"iss":"{{Issuer}}","aud":["x","chat"],"sub":"é😀","exp":1795413600,"nbf":1795410000,"name":"Å","avatar":"https://x/y"}"""),
    ];

    /// <summary>What a good token is signed over: the signature itself may be written in more than one way.</summary>
    static readonly HashSet<string> GoodContents = [.. Good.Select(ContentOf)];

    readonly TokenVerifier _verifier = new(
        [
            TokenIssuer.Of(new IssuerSettings(Issuer, "chat", IssuerKeySource.Secret, Secret, 24), NoClient, new StandingClock(), Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance),
            TokenIssuer.Of(new IssuerSettings(OtherIssuer, "chat", IssuerKeySource.PublicKey, PublicKey, 24), NoClient, new StandingClock(), Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance),
        ], new StandingClock());

    public override string Name => "tokens";

    public override long MaxAllocated(int length) => (256 * 1024) + (1000L * length);

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        .. Good.Select(Utf8),
        .. new[]
        {
            Signed("""{"alg":"HS256"}""", $$"""{"iss":"{{OtherIssuer}}","aud":"chat","sub":"7","exp":1795413600}"""), Signed("""{"alg":"HS256","crit":["x"]}""", "{}"), Signed("""{"alg":"none"}""", "[]"),
            Signed("""{"alg":"ES256"}""", $$"""{"iss":"{{OtherIssuer}}","aud":"chat","sub":"7","exp":1795413600}"""), Signed("""{"alg":"HS256"}""", $$"""{"iss":"{{Issuer}}","aud":"chat","sub":"7","exp":"1795413600"}"""),
            Signed("""{"alg":"HS256"}""", $$"""{"iss":"{{Issuer}}","aud":"chat","sub":"7","exp":1e400}"""), Signed("""{"alg":"HS256"}""", $$"""{"iss":"{{Issuer}}","aud":"chat","sub":"\ud800","exp":1795413600}"""),
            Signed("""{"alg":"HS256","zip":"DEF"}""", """{"iss":1,"exp":{},"aud":[[]]}"""), "a.b.c", "..", "a.b.c.d.e",
        }.Select(Utf8),
    ];

    public override IReadOnlyList<byte[]> Words { get; } =
        [.. new[] { ".", "..", "eyJhbGciOiJub25lIn0", Part(Utf8("""{"alg":"HS256","kid":"x"}""")), Part(Utf8("""{"alg":"HS256","b64":false}""")), Part(Utf8("{}")), "=", "==", "-", "_", "+", "/" }.Select(Utf8)];

    public override string Run(byte[] input)
    {
        var text = Encoding.UTF8.GetString(input);
        var checking = _verifier.CheckAsync(text);
        var check = checking.GetAwaiter().GetResult();
        Require((check.Verdict == TokenVerdict.Valid) == check.Claims is not null, "a verdict that does not fit its claims");
        Require(check.Verdict != TokenVerdict.Valid || GoodContents.Contains(ContentOf(text)), "a forged token is good");
        Require(check.Verdict == TokenVerdict.Valid || check.Reason.Length > 0, "a verdict without a reason");
        return $"{check.Verdict} {string.Concat(check.Reason.Where(character => !char.IsAsciiDigit(character)))}";
    }

    static string ContentOf(string token) => token[..Math.Max(0, token.LastIndexOf('.'))];

    static string Signed(string header, string payload)
    {
        var text = $"{Part(Utf8(header))}.{Part(Utf8(payload))}";
        return $"{text}.{Part(HMACSHA256.HashData(Utf8(Secret), Utf8(text)))}";
    }

    static string Part(byte[] bytes) => Base64Url.EncodeToString(bytes);

    static HttpClient NoClient() => throw new NotSupportedException();

    sealed class StandingClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Now;
    }
}
