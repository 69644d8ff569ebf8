using Microsoft.Extensions.Configuration.CommandLine;
using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Microsoft.Extensions.Configuration.Json;

namespace Chat.Node.Settings;

/// <summary>All settings as a node would have them, each with where it is from; of secrets nothing but that they are set.</summary>
static class SettingsPrint
{
    public const string Argument = "--print-config";

    /// <summary>A line for each setting, in the order of their names.</summary>
    /// <exception cref="SettingsException">One of them is wrong: the node would not start.</exception>
    public static IEnumerable<string> Lines(IConfigurationRoot configuration)
    {
        var reader = SettingsReader.Of(configuration);
        ChatSettings.Read(reader);
        return SettingsReload.Values(configuration, reader).OrderBy(setting => setting.Key, StringComparer.OrdinalIgnoreCase).Select(setting =>
            $"{setting.Key} = {Shown(setting.Value, IsSecret(reader, setting.Key))} ({SourceOf(configuration, setting.Key)})");
    }

    /// <summary>Whether a setting was asked for as a secret, by its whole name.</summary>
    public static bool IsSecret(SettingsReader reader, string key) => key.StartsWith("Chat:", StringComparison.OrdinalIgnoreCase) && reader.IsSecret(key["Chat:".Length..]);

    /// <summary>Where its value is from.</summary>
    public static string SourceOf(IConfigurationRoot configuration, string key) => SetValues.PlaceOf(configuration, key) switch
    {
        null => "default",
        JsonConfigurationProvider file => file.Source.Path ?? "file",
        EnvironmentVariablesConfigurationProvider => "environment",
        CommandLineConfigurationProvider => "command line",
        var other => other.GetType().Name,
    };

    /// <summary>
    /// Connection strings are secret as a whole: each database has its own words for a password. Of addresses a part may be.
    /// </summary>
    public static string Shown(string value, bool isSecret) => isSecret && value.Length > 0 ? AddressMask.Hidden : AddressMask.Of(value);
}
