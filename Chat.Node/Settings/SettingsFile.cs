using Microsoft.Extensions.Configuration.Json;

namespace Chat.Node.Settings;

/// <summary>
/// A file of settings outside of the program's folder, which an upgrade does not touch. It wins over <c>appsettings.json</c> beside the program; variables and
/// the command line win over it. Unlike these it may be another one when the settings are read again.
/// </summary>
static class SettingsFile
{
    /// <summary>Has its path.</summary>
    public const string Variable = "CHATACTORS_SETTINGS";

    /// <param name="configuration">Of the node, with everything else in it.</param>
    /// <param name="path">Null or empty: there is none.</param>
    /// <exception cref="IOException">It cannot be read: who has named it wants it.</exception>
    /// <exception cref="InvalidDataException">It is no JSON.</exception>
    public static void AddSettingsFile(this ConfigurationManager configuration, string? path)
    {
        if (string.IsNullOrEmpty(path))
            return;
        var file = new JsonConfigurationSource { Path = Path.GetFullPath(path), Optional = false, ReloadOnChange = false };
        file.ResolveFileProvider();
        IList<IConfigurationSource> sources = configuration.Sources;
        var last = sources.Select((source, at) => (source, at)).LastOrDefault(each => each.source is JsonConfigurationSource, (source: file, at: -1)).at;
        sources.Insert(last + 1, file);
    }
}
