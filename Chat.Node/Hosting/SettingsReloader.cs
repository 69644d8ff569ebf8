using Chat.Node.Api;
using Chat.Node.Gateway;
using Chat.Node.Settings;
using Chat.Node.Telemetry;

namespace Chat.Node.Hosting;

/// <summary>Where settings are read from, as at the start.</summary>
sealed record SettingsSource(Func<IConfigurationRoot> Read);

/// <summary>What of a node goes by settings that may be others while it runs.</summary>
sealed record ReloadableParts(ChatListener Listener, AddressLimiter Addresses, ApiKeyRing Keys, ApiRate Rate);

/// <summary>Reads the settings again, by an operator's wish. They are checked as at the start before any of them counts: a wrong one changes nothing.</summary>
/// <param name="source">Where they are.</param>
/// <param name="live">What the levels of the log are read from.</param>
/// <param name="settings">Those of the start.</param>
/// <param name="parts">Who goes by them.</param>
/// <param name="certificate">Looks at its files; null: there is no TLS.</param>
/// <param name="clock">For the ends of certificates.</param>
/// <param name="logger">For people.</param>
sealed class SettingsReloader(
    SettingsSource source, IConfiguration live, ChatSettings settings, ReloadableParts parts, CertificateKeeper? certificate, TimeProvider clock, ILogger<SettingsReloader> logger) : ISettingsReload
{
    readonly Lock _lock = new();
    readonly HashSet<string> _secrets = new(StringComparer.OrdinalIgnoreCase);
    readonly Dictionary<string, string> _sources = new(StringComparer.OrdinalIgnoreCase);
    Dictionary<string, string> _inForce = [];

    /// <summary>What is in force at the start.</summary>
    public void Begin(IConfigurationRoot configuration)
    {
        var reader = SettingsReader.Of(configuration);
        ChatSettings.Read(reader);
        lock (_lock)
            Note(configuration, reader, SettingsReload.Values(configuration, reader), _ => true);
    }

    public ReloadOutcome Reload(bool onlyChecks = false)
    {
        lock (_lock)
        {
            var outcome = Read(onlyChecks);
            if (outcome.Problem is { } problem)
                ReloadLog.Refused(logger, problem);
            else if (!onlyChecks)
                ReloadLog.Reloaded(logger, ListOf(outcome.Applied), ListOf(outcome.Restart));
            return outcome;
        }
    }

    public IReadOnlyList<ShownSetting> Show()
    {
        lock (_lock)
        {
            return [.. _inForce.OrderBy(pair => pair.Key, StringComparer.OrdinalIgnoreCase)
                .Select(pair => new ShownSetting(pair.Key, SettingsPrint.Shown(pair.Value, _secrets.Contains(pair.Key)), _sources.GetValueOrDefault(pair.Key, "default")))];
        }
    }

    ReloadOutcome Read(bool onlyChecks)
    {
        try
        {
            var configuration = source.Read();
            using var held = configuration as IDisposable;
            return Take(configuration, onlyChecks);
        }
        catch (SettingsException e)
        {
            return ReloadOutcome.Refuse(e.Message);
        }
    }

    /// <exception cref="SettingsException">A node would not start with them.</exception>
    ReloadOutcome Take(IConfigurationRoot configuration, bool onlyChecks)
    {
        HostSettings.Check(configuration);
        var reader = SettingsReader.Of(configuration);
        var wanted = ChatSettings.Read(reader);
        StartCheck.Run(configuration, wanted, clock);
        var now = SettingsReload.Values(configuration, reader);
        var outcome = SettingsReload.Compare(_inForce, now);
        if (onlyChecks)
            return outcome;
        if (certificate?.Look() is { } unusable)
            return ReloadOutcome.Refuse(unusable);
        settings.Limits.Take(wanted.Limits);
        parts.Listener.LimitConnections();
        parts.Addresses.PerMinute = wanted.Limits.LoginsPerMinutePerAddress;
        parts.Keys.Configure(wanted.Api.Keys);
        parts.Rate.RequestsPerSecond = wanted.Api.RequestsPerSecond;
        (live as IConfigurationRoot)?.Reload(); // the levels of the log go by it
        Note(configuration, reader, now, SettingsReload.IsReloadable);
        return outcome;
    }

    void Note(IConfigurationRoot configuration, SettingsReader reader, Dictionary<string, string> now, Func<string, bool> isInForce)
    {
        var next = new Dictionary<string, string>(_inForce.Where(pair => !isInForce(pair.Key)), StringComparer.OrdinalIgnoreCase);
        foreach (var (key, value) in now.Where(pair => isInForce(pair.Key)))
        {
            next[key] = value;
            _sources[key] = SettingsPrint.SourceOf(configuration, key);
            if (SettingsPrint.IsSecret(reader, key))
                _secrets.Add(key);
        }

        _inForce = next;
    }

    static string ListOf(IReadOnlyList<string> names) => names.Count == 0 ? "nothing" : string.Join(", ", names);
}
