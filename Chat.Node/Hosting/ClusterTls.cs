using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Akka.Remote.Transport.DotNetty;
using Chat.Node.Settings;
using Chat.Node.Telemetry;

namespace Chat.Node.Hosting;

/// <summary>
/// TLS between nodes: both sides show a certificate, and take one only of the cluster's own authority. The machine's list of authorities does not
/// count, nor does a name in the certificate: who has one of this authority is a node. Akka keeps the certificate that it was started with, so a new one
/// needs a restart: for as long as the node runs it says when that is due.
/// </summary>
sealed class ClusterTls : BackgroundService
{
    /// <summary>Between two looks at the time.</summary>
    static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);

    static readonly TimeSpan WarningTime = TimeSpan.FromDays(14);
    static readonly TimeSpan WarningInterval = TimeSpan.FromDays(1);

    readonly TlsCertificate _own;
    readonly TimeProvider _clock;
    readonly X509Certificate2Collection _authorities;
    readonly ILogger<ClusterTls> _logger;
    DateTimeOffset _warned = DateTimeOffset.MinValue;

    /// <exception cref="SettingsException">A file cannot be used; the setting and the file are named.</exception>
    public ClusterTls(ClusterTlsSettings settings, TimeProvider clock, ILogger<ClusterTls> logger)
    {
        (_logger, _clock) = (logger, clock);
        _own = TlsCertificate.Load(settings.Certificate, settings.CertificateKey, clock.GetUtcNow(), $"Chat:{ClusterTlsSettings.CertificateSetting}");
        _authorities = ReadAuthorities(settings.Authority);
        if (ProblemOf(_own.Leaf, null) is { } problem)
            throw new SettingsException($"Chat:{ClusterTlsSettings.CertificateSetting}: the other nodes will not take the certificate in {settings.Certificate}: {problem}");
        ClusterLog.CertificateRead(logger, _own.Leaf.Subject, _own.End);
        WarnBeforeTheEnd();
    }

    /// <summary>How long the certificate is still good; less than nothing when it has ended.</summary>
    public TimeSpan Left => _own.End - _clock.GetUtcNow().UtcDateTime;

    /// <summary>What Akka.Remote is given.</summary>
    public DotNettySslSetup Setup => new(
        _own.Leaf, suppressValidation: false, requireMutualAuthentication: true, validateCertificateHostname: false,
        customValidator: (certificate, chain, peer, _, _) => IsNode(certificate, chain, peer));

    /// <summary>Once a day, in the certificate's last days and behind them.</summary>
    public void WarnBeforeTheEnd()
    {
        var (now, left) = (_clock.GetUtcNow(), Left);
        if (left > WarningTime || now - _warned < WarningInterval)
            return;
        _warned = now;
        if (left < TimeSpan.Zero)
            ClusterLog.CertificateEnded(_logger, _own.End);
        else
            ClusterLog.CertificateEnds(_logger, _own.End, left.TotalDays);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, _clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                WarnBeforeTheEnd();
        }
        catch (OperationCanceledException)
        {
            // the host is stopping
        }
    }

    bool IsNode(X509Certificate2? certificate, X509Chain? chain, string peer)
    {
        var problem = certificate is null ? "it shows no certificate" : ProblemOf(certificate, chain);
        if (problem is not null)
            ClusterLog.PeerRefused(_logger, peer, problem);
        return problem is null;
    }

    /// <summary>Null if the authority, or one below it, has signed the certificate, and it is good now.</summary>
    /// <param name="certificate">Of a node.</param>
    /// <param name="shown">With the certificates between, as far as the other side has sent them.</param>
    string? ProblemOf(X509Certificate2 certificate, X509Chain? shown)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(_authorities);
        chain.ChainPolicy.ExtraStore.AddRange(_authorities);
        if (shown is not null)
            chain.ChainPolicy.ExtraStore.AddRange(shown.ChainPolicy.ExtraStore);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck; // an authority for a few nodes has no list; who is not to be one any more: a new authority
        chain.ChainPolicy.DisableCertificateDownloads = true;
        if (chain.Build(certificate))
            return null;
        return $"its certificate ({certificate.Subject}) is not good: {string.Join(", ", chain.ChainStatus.Select(status => status.Status).Distinct())}";
    }

    static X509Certificate2Collection ReadAuthorities(string file)
    {
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPemFile(file);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new SettingsException($"Chat:{ClusterTlsSettings.AuthoritySetting}: the file {file} cannot be read: {e.Message}");
        }

        return authorities.Count > 0
            ? authorities
            : throw new SettingsException($"Chat:{ClusterTlsSettings.AuthoritySetting}: {file} holds no certificate: expected is PEM, -----BEGIN CERTIFICATE-----");
    }
}
