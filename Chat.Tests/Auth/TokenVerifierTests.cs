using System.Security.Cryptography;
using System.Text;
using Chat.Node.Auth;
using Chat.Node.Settings;
using Chat.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Chat.Tests.Auth;

/// <summary>Tokens that an issuer should make, and those that it or somebody else should not.</summary>
public sealed class TokenVerifierTests : IDisposable
{
    const string Secret = "a secret that is long enough: 0123456789";

    static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    readonly ManualClock _clock = new();
    readonly TestIssuer _secret = TestIssuer.WithSecret(Secret);
    readonly TestIssuer _rsa = TestIssuer.WithRsa();
    readonly TestIssuer _ec = TestIssuer.WithEc();

    public void Dispose()
    {
        _rsa.Dispose();
        _ec.Dispose();
    }

    [Fact]
    public async Task A_token_signed_with_the_shared_secret_is_good() => await AssertGoodAsync(Verifier(IssuerKeySource.Secret, Secret), _secret);

    [Fact]
    public async Task A_token_signed_with_the_issuers_rsa_key_is_good() => await AssertGoodAsync(Verifier(IssuerKeySource.PublicKey, _rsa.Pem), _rsa);

    [Fact]
    public async Task A_token_signed_with_the_issuers_ec_key_is_good() => await AssertGoodAsync(Verifier(IssuerKeySource.PublicKey, _ec.Pem), _ec);

    [Fact]
    public async Task Of_several_issuers_each_has_keys_of_its_own_and_they_may_have_the_same_subject()
    {
        var other = TestIssuer.WithSecret("another secret of another issuer, 0123456789");
        var verifier = new TokenVerifier(
            [Issuer(IssuerKeySource.Secret, Secret), Issuer(IssuerKeySource.Secret, "another secret of another issuer, 0123456789", "other")], _clock);

        Assert.Equal((_secret.Name, "7"), Whose(await verifier.CheckAsync(_secret.Token("7", _clock.Now, Hour))));
        Assert.Equal(("other", "7"), Whose(await verifier.CheckAsync(other.Token("7", _clock.Now, Hour, ("iss", "other")))));
        Assert.Equal(TokenVerdict.Wrong, (await verifier.CheckAsync(other.Token("7", _clock.Now, Hour))).Verdict);
        Assert.Equal(TokenVerdict.Wrong, (await verifier.CheckAsync(_secret.Token("7", _clock.Now, Hour, ("iss", "other")))).Verdict);
        Assert.Equal(TokenVerdict.Wrong, (await verifier.CheckAsync(_secret.Token("7", _clock.Now, Hour, ("iss", "nobody")))).Verdict);
    }

    [Fact]
    public async Task A_token_without_a_signature_is_refused_whatever_its_header_calls_that()
    {
        var payload = PayloadOf(_secret.Token("7", _clock.Now, Hour));
        foreach (var algorithm in (string[])["none", "None", "NONE", ""])
        {
            var text = $"{TestIssuer.Part(Encoding.UTF8.GetBytes($$"""{"alg":"{{algorithm}}"}"""))}.{TestIssuer.Part(Encoding.UTF8.GetBytes(payload))}.";
            await AssertWrongAsync(Verifier(IssuerKeySource.Secret, Secret), text);
            await AssertWrongAsync(Verifier(IssuerKeySource.PublicKey, _rsa.Pem), text);
        }
    }

    [Fact]
    public async Task A_public_key_is_never_taken_for_a_secret()
    {
        foreach (var secret in (byte[][])[Encoding.UTF8.GetBytes(_rsa.Pem), Encoding.UTF8.GetBytes(_rsa.Pem + "\n"), RSA.Create(Rsa()).ExportSubjectPublicKeyInfo()])
        {
            var text = $"{TestIssuer.Part("""{"alg":"HS256"}"""u8.ToArray())}.{TestIssuer.Part(Encoding.UTF8.GetBytes(PayloadOf(_rsa.Token("7", _clock.Now, Hour))))}";
            var forged = $"{text}.{TestIssuer.Part(HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes(text)))}";
            await AssertWrongAsync(Verifier(IssuerKeySource.PublicKey, _rsa.Pem), forged);
        }

        RSAParameters Rsa()
        {
            using var rsa = PublicKeyPem.TryRsa(_rsa.Pem)!;
            return rsa.ExportParameters(includePrivateParameters: false);
        }
    }

    [Theory]
    [InlineData("HS384")]
    [InlineData("HS512")]
    [InlineData("RS256")]
    [InlineData("ES256")]
    [InlineData("dir")]
    public async Task The_header_does_not_choose_the_algorithm(string algorithm)
    {
        var token = _secret.Signed(PayloadOf(_secret.Token("7", _clock.Now, Hour)), $$"""{"alg":"{{algorithm}}"}""");
        await AssertWrongAsync(Verifier(IssuerKeySource.Secret, Secret), token);
    }

    [Fact]
    public async Task A_changed_token_is_refused()
    {
        var verifier = Verifier(IssuerKeySource.Secret, Secret);
        var parts = _secret.Token("7", _clock.Now, Hour).Split('.');
        var other = _secret.Token("8", _clock.Now, Hour).Split('.');

        await AssertWrongAsync(verifier, $"{parts[0]}.{other[1]}.{parts[2]}");
        await AssertWrongAsync(verifier, TestIssuer.WithSecret(new string('x', 32)).Token("7", _clock.Now, Hour));
    }

    [Theory]
    [InlineData("aud", "another product")]
    [InlineData("aud", null)]
    [InlineData("iss", null)]
    [InlineData("sub", null)]
    [InlineData("sub", "")]
    [InlineData("sub", 7)]
    [InlineData("exp", null)]
    [InlineData("exp", "soon")]
    public async Task A_claim_that_is_missing_or_wrong_is_refused(string claim, object? value) =>
        await AssertWrongAsync(Verifier(IssuerKeySource.Secret, Secret), _secret.Token("7", _clock.Now, Hour, (claim, value)));

    [Theory]
    [InlineData("exp", "\"1767330000\"")]
    [InlineData("exp", "\"soon\"")]
    [InlineData("exp", "[1767330000]")]
    [InlineData("nbf", "\"1767320000\"")]
    [InlineData("nbf", "null")]
    [InlineData("nbf", "true")]
    [InlineData("iat", "\"1767320000\"")]
    [InlineData("iat", "{}")]
    public async Task A_time_that_is_no_number_is_refused_by_its_name(string claim, string value)
    {
        _clock.Now = DateTimeOffset.FromUnixTimeSeconds(1767323045);
        var exp = claim == "exp" ? "" : "\"exp\":1767330000,";
        var token = _secret.Signed($$"""{"iss":"{{_secret.Name}}","aud":"chat","sub":"7",{{exp}}"{{claim}}":{{value}}}""");
        var check = await Verifier(IssuerKeySource.Secret, Secret).CheckAsync(token);
        Assert.Equal((TokenVerdict.Wrong, $"its \"{claim}\" is no number"), (check.Verdict, check.Reason));
    }

    [Theory]
    [InlineData("1767330000")]
    [InlineData("1767330000.5")]
    [InlineData("1.76733e9")]
    public async Task A_time_may_be_any_number_of_json(string value)
    {
        _clock.Now = DateTimeOffset.FromUnixTimeSeconds(1767323045);
        var token = _secret.Signed($$"""{"iss":"{{_secret.Name}}","aud":"chat","sub":"7","exp":{{value}}}""");
        Assert.Equal(TokenVerdict.Valid, (await Verifier(IssuerKeySource.Secret, Secret).CheckAsync(token)).Verdict);
    }

    [Fact]
    public async Task The_audience_may_be_one_of_several() =>
        Assert.Equal(TokenVerdict.Valid, (await Verifier(IssuerKeySource.Secret, Secret).CheckAsync(_secret.Token("7", _clock.Now, Hour, ("aud", new[] { "web", TestIssuer.Audience })))).Verdict);

    [Fact]
    public async Task A_subject_has_up_to_200_bytes_and_is_taken_as_it_is()
    {
        var verifier = Verifier(IssuerKeySource.Secret, Secret);
        var longest = string.Concat(Enumerable.Repeat("ä", 100));

        Assert.Equal(longest, (await verifier.CheckAsync(_secret.Token(longest, _clock.Now, Hour))).Claims!.Subject);
        Assert.Equal(" 7\u0000 ", (await verifier.CheckAsync(_secret.Token(" 7\u0000 ", _clock.Now, Hour))).Claims!.Subject);
        await AssertWrongAsync(verifier, _secret.Token(longest + "x", _clock.Now, Hour));
    }

    [Fact]
    public async Task A_demand_of_the_header_that_is_not_known_is_not_ignored() =>
        await AssertWrongAsync(
            Verifier(IssuerKeySource.Secret, Secret), _secret.Signed(PayloadOf(_secret.Token("7", _clock.Now, Hour)), """{"alg":"HS256","crit":["b64"],"b64":false}"""));

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a.b.c")]
    [InlineData("e30.e30.e30")]
    [InlineData("bnVsbA.bnVsbA.")]
    [InlineData("eyJhbGciOiJIUzI1NiJ9.W10.x")]
    [InlineData("eyJhbGciOiJIUzI1NiJ9.e30.x.y.z")]
    [InlineData("{\"alg\":\"HS256\"}.{}.x")]
    [InlineData("\ud800.\ud800.\ud800")]
    public async Task What_is_no_token_is_refused(string text) => await AssertWrongAsync(Verifier(IssuerKeySource.Secret, Secret), text);

    [Theory]
    [InlineData("{\"iss\":\"https://product.example\",\"aud\":\"chat\",\"exp\":99999999999999999999999999,\"sub\":\"7\"}")]
    [InlineData("{\"iss\":\"https://product.example\",\"aud\":\"chat\",\"exp\":-1,\"sub\":\"7\"}")]
    [InlineData("{\"iss\":\"https://product.example\",\"aud\":{\"a\":1},\"exp\":1767323045,\"sub\":\"7\"}")]
    [InlineData("{\"iss\":[\"https://product.example\"],\"aud\":\"chat\",\"exp\":1767323045,\"sub\":\"7\"}")]
    [InlineData("{\"iss\":\"https://product.example\",\"aud\":\"chat\",\"exp\":1767330000,\"sub\":\"\\ud800\"}")]
    [InlineData("{\"iss\":\"https://product.example\",\"aud\":\"chat\",\"exp\":1767330000,\"iat\":\"x\",\"nbf\":{},\"sub\":[]}")]
    public async Task Odd_claims_with_a_good_signature_are_refused_and_not_an_error(string payload) =>
        Assert.NotEqual(TokenVerdict.Valid, (await Verifier(IssuerKeySource.Secret, Secret).CheckAsync(_secret.Signed(payload))).Verdict);

    [Fact]
    public async Task A_token_of_any_length_is_answered()
    {
        var verifier = Verifier(IssuerKeySource.Secret, Secret);
        await AssertWrongAsync(verifier, _secret.Token("7", _clock.Now, Hour, ("fill", new string('x', TokenVerifier.MaxLength))));
        Assert.Equal(TokenVerdict.Valid, (await verifier.CheckAsync(_secret.Token("7", _clock.Now, Hour, ("fill", new string('x', 5000))))).Verdict);
    }

    [Fact]
    public async Task Times_are_judged_by_the_clock_of_the_node()
    {
        var verifier = Verifier(IssuerKeySource.Secret, Secret);
        var token = _secret.Token("7", _clock.Now, Hour);
        _clock.Now += Hour + TimeSpan.FromSeconds(59);
        Assert.Equal(TokenVerdict.Valid, (await verifier.CheckAsync(token)).Verdict);
        _clock.Now += TimeSpan.FromSeconds(1);
        Assert.Equal(TokenVerdict.Expired, (await verifier.CheckAsync(token)).Verdict);
        Assert.Equal(TokenVerdict.Wrong, (await verifier.CheckAsync(TestIssuer.WithSecret(new string('x', 32)).Token("7", _clock.Now - Hour - Hour, Hour))).Verdict);
    }

    [Fact]
    public async Task What_the_token_says_of_the_user_is_told()
    {
        var check = await Verifier(IssuerKeySource.Secret, Secret).CheckAsync(_secret.Token("7", _clock.Now, Hour, ("name", "Ålice"), ("avatar", "https://a.example/7.png")));
        Assert.Equal(("Ålice", "https://a.example/7.png", _clock.Now.AddHours(1)), (check.Claims!.Name, check.Claims.Avatar, check.Claims.Expires));
        var without = await Verifier(IssuerKeySource.Secret, Secret).CheckAsync(_secret.Token("7", _clock.Now, Hour, ("name", 7), ("avatar", new string('x', 1025))));
        Assert.Equal((null, null), (without.Claims!.Name, without.Claims.Avatar));
    }

    [Fact]
    public async Task The_reason_names_no_part_of_the_token_but_its_issuer()
    {
        var check = await Verifier(IssuerKeySource.Secret, Secret).CheckAsync(_secret.Token("a-subject", _clock.Now, Hour, ("aud", "an-audience")));
        Assert.Contains(_secret.Name, check.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("a-subject", check.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("an-audience", check.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_issuers_no_token_is_good() => await AssertWrongAsync(new TokenVerifier([], _clock), _secret.Token("7", _clock.Now, Hour));

    async Task AssertGoodAsync(TokenVerifier verifier, TestIssuer issuer)
    {
        Assert.Equal((issuer.Name, "7"), Whose(await verifier.CheckAsync(issuer.Token("7", _clock.Now, Hour))));
        var withKeyId = issuer.Signed(PayloadOf(issuer.Token("7", _clock.Now, Hour)), $$"""{"alg":"{{issuer.Algorithm}}","kid":"whatever"}""");
        Assert.Equal(TokenVerdict.Valid, (await verifier.CheckAsync(withKeyId)).Verdict);
    }

    static async Task AssertWrongAsync(TokenVerifier verifier, string token)
    {
        var check = await verifier.CheckAsync(token);
        Assert.Equal((TokenVerdict.Wrong, null), (check.Verdict, check.Claims));
        Assert.NotEmpty(check.Reason);
    }

    static (string?, string?) Whose(TokenCheck check) => (check.Claims?.Issuer, check.Claims?.Subject);

    static string PayloadOf(string token) => Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(token.Split('.')[1]));

    TokenVerifier Verifier(IssuerKeySource source, string key) => new([Issuer(source, key)], _clock);

    TokenIssuer Issuer(IssuerKeySource source, string key, string? name = null) =>
        TokenIssuer.Of(new IssuerSettings(name ?? _secret.Name, TestIssuer.Audience, source, key, 24), JwksKeys.NewClient, _clock, NullLogger.Instance);
}
