using System.Security.Cryptography;
using Chat.Node.Settings;
using Chat.Tests.Support;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace Chat.Tests.Hosting;

/// <summary><c>Chat:Auth:Issuers</c> and <c>Chat:Accounts:Registration</c>.</summary>
public sealed class IssuerReaderTests
{
    const string Secret = "0123456789abcdef0123456789abcdef";

    [Fact]
    public void An_issuer_is_read_with_its_key_and_24_hours()
    {
        var issuer = Assert.Single(Read(("0:Name", "me"), ("0:Audience", "chat"), ("0:Secret", Secret)).Issuers);
        Assert.Equal(new IssuerSettings("me", "chat", IssuerKeySource.Secret, Secret, 24), issuer);
        Assert.DoesNotContain(Secret, issuer.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Issuers_are_several_with_keys_of_different_kinds()
    {
        using var rsa = TestIssuer.WithRsa();
        var issuers = Read(
            ("0:Name", "a"), ("0:Audience", "chat"), ("0:PublicKey", rsa.Pem), ("0:MaxHours", "1"),
            ("1:Name", "b"), ("1:Audience", "chat"), ("1:Jwks", "https://b.example/keys"),
            ("7:Name", "c"), ("7:Audience", "chat"), ("7:Jwks", "http://127.0.0.1:5000/keys")).Issuers;
        Assert.Equal([IssuerKeySource.PublicKey, IssuerKeySource.Jwks, IssuerKeySource.Jwks], issuers.Select(issuer => issuer.Source));
        Assert.Equal([1, 24, 24], issuers.Select(issuer => issuer.MaxHours));
    }

    [Fact]
    public void A_public_key_may_lie_in_a_file()
    {
        using var ec = TestIssuer.WithEc();
        var file = Path.GetTempFileName();
        File.WriteAllText(file, ec.Pem);
        Assert.Equal(ec.Pem, Assert.Single(Read(("0:Name", "a"), ("0:Audience", "chat"), ("0:PublicKey", file)).Issuers).Key);
        File.Delete(file);
    }

    [Theory]
    [InlineData("Chat:Auth:Issuers:0 has no key", "0:Name=a", "0:Audience=chat")]
    [InlineData("Chat:Auth:Issuers:0 has Secret and Jwks", "0:Name=a", "0:Audience=chat", "0:Secret=" + Secret, "0:Jwks=https://a.example/")]
    [InlineData("Chat:Auth:Issuers:0:Name is missing", "0:Audience=chat", "0:Secret=" + Secret)]
    [InlineData("Chat:Auth:Issuers:0:Audience is missing", "0:Name=a", "0:Secret=" + Secret)]
    [InlineData("Chat:Auth:Issuers:0:Secret is too short", "0:Name=a", "0:Audience=chat", "0:Secret=0123456789abcdef0123456789abcde")]
    [InlineData("Chat:Auth:Issuers:0:Jwks is \"http://a.example/\"", "0:Name=a", "0:Audience=chat", "0:Jwks=http://a.example/")]
    [InlineData("Chat:Auth:Issuers:0:Jwks is \"https://***@a.example/\"", "0:Name=a", "0:Audience=chat", "0:Jwks=https://me:pw@a.example/")]
    [InlineData("Chat:Auth:Issuers:0:Jwks is \"keys\"", "0:Name=a", "0:Audience=chat", "0:Jwks=keys")]
    [InlineData("Chat:Auth:Issuers:0:MaxHours is \"0\"", "0:Name=a", "0:Audience=chat", "0:Secret=" + Secret, "0:MaxHours=0")]
    [InlineData("Chat:Auth:Issuers:0:PublicKey is neither PEM nor a file", "0:Name=a", "0:Audience=chat", "0:PublicKey=/there/is/none.pem")]
    [InlineData(
        "Chat:Auth:Issuers:0:PublicKey is a key for EdDSA (Ed25519 or Ed448), which is not supported", "0:Name=a", "0:Audience=chat",
        "0:PublicKey=-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----")]
    [InlineData("Chat:Auth:Issuers:0:PublicKey cannot be read", "0:Name=a", "0:Audience=chat", "0:PublicKey=-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----")]
    [InlineData("Chat:Auth:Issuers:1:Name is \"a\", as that of another issuer", "0:Name=a", "0:Audience=x", "0:Secret=" + Secret, "1:Name=a", "1:Audience=y", "1:Secret=" + Secret)]
    [InlineData("Chat:Auth:Issuers:first is", "first:Name=a")]
    [InlineData("Chat:Auth:Issuers:0:Algorithm is not a setting", "0:Name=a", "0:Audience=chat", "0:Secret=" + Secret, "0:Algorithm=none")]
    public void What_is_wrong_is_named(string expected, params string[] settings)
    {
        var message = Assert.Throws<SettingsException>(() => Read([.. settings.Select(setting => (setting.Split('=', 2)[0], setting.Split('=', 2)[1]))])).Message;
        Assert.StartsWith(expected, message, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret[..31], message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_that_is_private_or_too_short_or_of_another_curve_is_refused()
    {
        using var shortRsa = TestIssuer.WithRsa(bits: 1024);
        using var otherCurve = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        foreach (var (pem, problem) in ((string, string)[])[
            (shortRsa.Pem, "is an RSA key of 1024 bits"), (otherCurve.ExportSubjectPublicKeyInfoPem(), "is an EC key on another curve"), (own.ExportPkcs8PrivateKeyPem(), "holds a private key")])
        {
            var message = Assert.Throws<SettingsException>(() => Read(("0:Name", "a"), ("0:Audience", "chat"), ("0:PublicKey", pem))).Message;
            Assert.StartsWith($"Chat:Auth:Issuers:0:PublicKey {problem}", message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Registration_is_open_unless_it_is_switched_off()
    {
        Assert.Equal(Registration.Open, Read().Registration);
        Assert.Equal(Registration.Off, ReadAll(("Chat:Accounts:Registration", "off")).Registration);
        Assert.StartsWith(
            "Chat:Accounts:Registration is \"closed\": expected is one of Open, Off",
            Assert.Throws<SettingsException>(() => ReadAll(("Chat:Accounts:Registration", "closed"))).Message, StringComparison.Ordinal);
    }

    static ChatSettings Read(params (string Key, string Value)[] values) => ReadAll([.. values.Select(each => ($"Chat:Auth:Issuers:{each.Key}", each.Value))]);

    static ChatSettings ReadAll(params (string Key, string Value)[] values) => ChatSettings.Read(
        new ConfigurationBuilder().AddInMemoryCollection(values.Select(each => KeyValuePair.Create<string, string?>(each.Key, each.Value))).Build());
}
