using Microsoft.Extensions.Configuration.Json;

namespace Chat.Node.Settings;

/// <summary>
/// What is set outside <c>Chat</c>: the levels of the log, and nothing else. ASP.NET Core passes over what it does not understand, and reads
/// more than a node has a use for: a setting that is wrong, or has no effect, stops the start. Pure.
/// </summary>
static class HostSettings
{
    const string Known = "Chat:… and Logging:LogLevel:… are: see docs/OPERATIONS.md for the list";

    static readonly string[] Roots = ["Chat", "Logging"];

    /// <summary>These would give the health port other listeners, certificates or limits, or make it refuse probes.</summary>
    static readonly string[] OfWebServer = ["Kestrel", "AllowedHosts"];

    static readonly string[] Levels = Enum.GetNames<LogLevel>();

    /// <summary>Before anything else reads it.</summary>
    /// <exception cref="SettingsException">A part of it is no setting.</exception>
    public static void CheckCommandLine(IReadOnlyList<string> args)
    {
        for (var i = 0; i < args.Count; i++)
        {
            var isName = args[i].StartsWith("--", StringComparison.Ordinal);
            var (key, hasValue) = args[i].IndexOf('=', StringComparison.Ordinal) is >= 0 and var at
                ? (args[i][(isName ? 2 : 0)..Math.Max(at, isName ? 2 : 0)], true)
                : (isName ? args[i][2..] : args[i], isName && ++i < args.Count);
            if (!Roots.Contains(key.Split(':')[0], StringComparer.OrdinalIgnoreCase))
                throw new SettingsException($"\"{key}\" is not a setting: {Known}");
            if (!hasValue)
                throw new SettingsException($"{key} has no value: expected is --{key}=value");
        }
    }

    /// <exception cref="SettingsException">A setting outside <c>Chat</c> is unknown or wrong.</exception>
    public static void Check(IConfigurationRoot configuration)
    {
        foreach (var file in configuration.Providers.OfType<JsonConfigurationProvider>())
        {
            if (file.GetChildKeys([], null).FirstOrDefault(key => key != "$schema" && !Roots.Contains(key, StringComparer.OrdinalIgnoreCase)) is { } unknown)
                throw new SettingsException($"{unknown} in {file.Source.Path} is not a setting: {Known}");
        }

        foreach (var root in OfWebServer)
        {
            if (Values(configuration.GetSection(root)).FirstOrDefault() is { Path: not null } set)
                throw new SettingsException($"{set.Path} is not a setting of a node: Chat:Bind and Chat:HttpPort say where its health is asked for");
        }

        foreach (var (path, value) in Values(configuration.GetSection("Logging")))
            CheckLogging(path, value);
    }

    static IEnumerable<(string Path, string Value)> Values(IConfigurationSection section) =>
        section.AsEnumerable().Where(pair => !string.IsNullOrEmpty(pair.Value)).Select(pair => (pair.Key, pair.Value!));

    /// <summary>The only place where lines go is the console.</summary>
    static void CheckLogging(string path, string value)
    {
        var isLevel = path.Split(':') is [_, var first, .. var rest] && rest switch
        {
            [_] => Is(first, "LogLevel"),
            [var second, _] => Is(first, "Console") && Is(second, "LogLevel"),
            _ => false,
        };
        if (!isLevel)
            throw new SettingsException($"{path} is not a setting: Logging:LogLevel:CATEGORY and Logging:Console:LogLevel:CATEGORY are");
        if (!Levels.Contains(value, StringComparer.OrdinalIgnoreCase))
            throw new SettingsException($"{path} is \"{value}\": expected is one of {string.Join(", ", Levels)}");
    }

    static bool Is(string part, string name) => part.Equals(name, StringComparison.OrdinalIgnoreCase);
}
