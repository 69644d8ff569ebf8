using System.Net.Security;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Chat.Node.Hosting;

/// <summary>TLS on a listener, with the certificate as it is on disk when a client comes.</summary>
static class TlsHosting
{
    static readonly TimeSpan HandshakePatience = TimeSpan.FromSeconds(10);

    public static void UseTls(this ListenOptions listen, Func<TlsCertificate, SslServerAuthenticationOptions> options)
    {
        var certificates = listen.ApplicationServices.GetRequiredService<CertificateKeeper>();
        listen.UseHttps(new TlsHandshakeCallbackOptions
        {
            OnConnection = _ => ValueTask.FromResult(options(certificates.Current)),
            HandshakeTimeout = HandshakePatience,
        });
    }
}
