namespace Chat.Node.Settings;

/// <summary>A setting as it is in force.</summary>
/// <param name="Key"><c>Chat:Port</c>.</param>
/// <param name="Value">Of a secret nothing but that it is set.</param>
/// <param name="Source">Where it is from.</param>
sealed record ShownSetting(string Key, string Value, string Source);

/// <summary>What reading the settings again has come to.</summary>
/// <param name="Problem">What is wrong with them: nothing was changed. Null: nothing is wrong.</param>
/// <param name="Applied">Settings that are different and in force now.</param>
/// <param name="Restart">Those that are different and count after a restart.</param>
sealed record ReloadOutcome(string? Problem, IReadOnlyList<string> Applied, IReadOnlyList<string> Restart)
{
    public static ReloadOutcome Refuse(string problem) => new(problem, [], []);
}

/// <summary>Reads the settings again while the node runs.</summary>
interface ISettingsReload
{
    /// <summary>What can be another one without a restart is in force afterwards, or nothing is.</summary>
    /// <param name="onlyChecks">Says what would be, and changes nothing.</param>
    ReloadOutcome Reload(bool onlyChecks = false);

    /// <summary>Every setting as it is in force, by name.</summary>
    IReadOnlyList<ShownSetting> Show();
}

/// <summary>Which settings may be others while a node runs. Pure.</summary>
static class SettingsReload
{
    const string Section = "Chat";
    const string Levels = "Logging";

    /// <summary>Each is looked at whenever it is needed; a list is named by its key.</summary>
    static readonly string[] Reloadable =
    [
        "Chat:Api:Keys", "Chat:Api:RequestsPerSecond", "Chat:Limits:EditHours", "Chat:Limits:RecallSeconds", "Chat:Limits:GroupMembers", "Chat:Limits:Devices",
        "Chat:Limits:MaxConnections", "Chat:Limits:FramesPerSecond", "Chat:Limits:LoginSeconds", "Chat:Limits:LegacyIdleSeconds", "Chat:Limits:LoginsPerMinutePerAddress",
        "Chat:Limits:OutboxFrames", "Chat:Limits:PeerTimeoutSeconds",
    ];

    /// <summary>What each setting would be; of <c>Chat</c> those too that nobody sets.</summary>
    public static Dictionary<string, string> Values(IConfiguration configuration, SettingsReader reader)
    {
        var values = reader.Known.ToDictionary(known => $"{Section}:{known.Key}", known => reader.InForce(known.Key), StringComparer.OrdinalIgnoreCase);
        foreach (var (key, value) in configuration.GetSection(Levels).AsEnumerable().Where(pair => !string.IsNullOrEmpty(pair.Value)))
            values[key] = value!;
        return values;
    }

    /// <summary>Names alone: values may be secrets.</summary>
    public static ReloadOutcome Compare(IReadOnlyDictionary<string, string> inForce, IReadOnlyDictionary<string, string> now)
    {
        var different = inForce.Keys.Union(now.Keys, StringComparer.OrdinalIgnoreCase)
            .Where(key => inForce.GetValueOrDefault(key, "") != now.GetValueOrDefault(key, "")).Select(NameOf).Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase).ToList();
        return new ReloadOutcome(null, different.FindAll(IsReloadable), different.FindAll(name => !IsReloadable(name)));
    }

    /// <summary>Whether a setting, or an entry of a list, is in force without a restart.</summary>
    public static bool IsReloadable(string key) =>
        key.StartsWith($"{Levels}:", StringComparison.OrdinalIgnoreCase) || Reloadable.Contains(NameOf(key), StringComparer.OrdinalIgnoreCase);

    /// <summary><c>Chat:Api:Keys:0</c> is one of <c>Chat:Api:Keys</c>.</summary>
    static string NameOf(string key) => key.LastIndexOf(':') is > 0 and var at && key.AsSpan(at + 1).ContainsAnyExceptInRange('0', '9') is false ? key[..at] : key;
}
