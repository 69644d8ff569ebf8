using Microsoft.Extensions.Configuration.CommandLine;
using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Microsoft.Extensions.Configuration.Json;

namespace Chat.Node.Settings;

/// <summary>All settings as a node would have them, each with where it is from; of secrets nothing but that they are set.</summary>
static class SettingsPrint
{
    public const string Argument = "--print-config";

    const string Section = "Chat";
    /// <summary>In place of a secret.</summary>
    public const string Hidden = "***";

    /// <summary>A line for each setting, in the order of their names.</summary>
    /// <exception cref="SettingsException">One of them is wrong: the node would not start.</exception>
    public static IEnumerable<string> Lines(IConfigurationRoot configuration)
    {
        var reader = new SettingsReader(configuration.GetSection(Section));
        ChatSettings.Read(configuration, reader);
        return reader.Known.OrderBy(known => known.Key, StringComparer.OrdinalIgnoreCase).Select(known =>
        {
            var key = $"{Section}:{known.Key}";
            return $"{key} = {Shown(configuration[key] ?? known.Value, reader.IsSecret(known.Key))} ({SourceOf(configuration, key)})";
        });
    }

    /// <summary>The last one that has it wins.</summary>
    public static string SourceOf(IConfigurationRoot configuration, string key) => configuration.Providers.LastOrDefault(provider => provider.TryGet(key, out _)) switch
    {
        null => "default",
        JsonConfigurationProvider file => file.Source.Path ?? "file",
        EnvironmentVariablesConfigurationProvider => "environment",
        CommandLineConfigurationProvider => "command line",
        var other => other.GetType().Name,
    };

    /// <summary>Connection strings are secret as a whole: each database has its own words for a password.</summary>
    static string Shown(string value, bool isSecret) => value.Length > 0 && isSecret ? Hidden : value;
}
