using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ChatActors.Client;
using Xunit;

namespace Chat.Tests.Client;

public sealed class ChatClientTlsTests : ClientScenario
{
    public ChatClientTlsTests()
        : base(new() { Certificate = NewCertificate() })
    {
    }

    [Fact]
    public async Task Messages_are_sent_over_tls_to_a_server_that_the_application_trusts()
    {
        SslPolicyErrors? complaint = null;
        var options = Server.Options() with
        {
            UseTls = true,
            ValidateCertificate = (_, certificate, _, errors) =>
            {
                complaint = errors;
                return certificate?.GetCertHashString() == Server.Certificate!.GetCertHashString();
            },
        };
        await using var alice = await TestClient.LogInAsync(options, "alice");

        Assert.Equal(1, (await alice.Client.SendToUserAsync(Bob, "hi")).Seq);
        Assert.NotEqual(SslPolicyErrors.None, complaint);
    }

    [Fact]
    public async Task A_certificate_of_nobody_is_refused()
    {
        await using var client = new ChatClient(Server.Options() with { UseTls = true });

        await Assert.ThrowsAsync<ChatConnectionException>(() => client.ConnectAsync());

        Assert.False(client.IsConnected);
    }

    static X509Certificate2 NewCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        return request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
    }
}
