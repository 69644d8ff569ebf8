using System.Security.Cryptography;
using Chat.Node.Settings;
using Chat.Node.Telemetry;

namespace Chat.Node.Hosting;

/// <summary>
/// The certificate for TLS as it is on disk: a renewal counts for the next connection, without a restart. What cannot be used is said
/// once, and the certificate before it stays.
/// </summary>
sealed class CertificateKeeper(ChatSettings settings, TimeProvider clock, ILogger<CertificateKeeper> logger) : BackgroundService
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    static readonly TimeSpan WarningTime = TimeSpan.FromDays(14);
    static readonly TimeSpan WarningInterval = TimeSpan.FromDays(1);

    readonly Lock _lock = new();
    volatile TlsCertificate? _current;
    string? _problem;
    string _seen = "";
    DateTimeOffset _warned = DateTimeOffset.MinValue;

    /// <summary>For a connection that comes now.</summary>
    public TlsCertificate Current => _current!;

    /// <summary>How long it is still good; less than nothing when it has ended.</summary>
    public TimeSpan? Left => _current is { } certificate ? certificate.End - clock.GetUtcNow().UtcDateTime : null;

    /// <exception cref="SettingsException">There is none that can be used.</exception>
    public void Load()
    {
        _seen = Fingerprint();
        _current = TlsCertificate.Load(settings.Certificate, settings.CertificateKey, clock.GetUtcNow());
        Log.CertificateRead(logger, _current.Leaf.Subject, _current.End);
        WarnBeforeTheEnd();
    }

    /// <summary>Looks at the files, and at the time.</summary>
    /// <returns>What is wrong with the files, so that the certificate before stays; null: nothing is.</returns>
    public string? Look()
    {
        lock (_lock)
        {
            // By content: links to other folders (certbot, Kubernetes) have times of their own.
            if (Fingerprint() is var now && now != _seen)
            {
                _seen = now;
                _problem = TryLoad();
            }

            WarnBeforeTheEnd();
            return _problem;
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                Look();
        }
        catch (OperationCanceledException)
        {
            // the host is stopping
        }
    }

    string? TryLoad()
    {
        try
        {
            // The one before is not disposed of: connections use it.
            _current = TlsCertificate.Load(settings.Certificate, settings.CertificateKey, clock.GetUtcNow());
            _warned = DateTimeOffset.MinValue;
            Log.CertificateRead(logger, _current.Leaf.Subject, _current.End);
            return null;
        }
        catch (Exception e) when (e is SettingsException or CryptographicException)
        {
            Log.CertificateUnusable(logger, e.Message);
            return e.Message;
        }
    }

    void WarnBeforeTheEnd()
    {
        var now = clock.GetUtcNow();
        if (_current is not { } certificate || certificate.End - now.UtcDateTime > WarningTime || now - _warned < WarningInterval)
            return;
        _warned = now;
        if (certificate.End < now.UtcDateTime)
            Log.CertificateEnded(logger, certificate.End);
        else
            Log.CertificateEnds(logger, certificate.End, (certificate.End - now.UtcDateTime).TotalDays);
    }

    string Fingerprint() => $"{HashOf(settings.Certificate)} {HashOf(settings.CertificateKey)}";

    static string HashOf(string file)
    {
        try
        {
            return Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return e.GetType().Name;
        }
    }
}
