namespace Chat.Node.Cluster;

/// <summary>A setting differs from that of the cluster; the message names it.</summary>
sealed class SettingsDifferException(string message) : Exception(message);

/// <summary>The settings that all nodes of a cluster must have alike, as the database keeps them: <c>Key=value;Key=value</c>. Pure.</summary>
static class SharedSettings
{
    public static string Write(IEnumerable<(string Key, string Value)> settings) => string.Join(';', settings.Select(each => $"{each.Key}={each.Value}"));

    /// <summary>
    /// The first setting that differs between two nodes, with both values; null if there is none. A setting that only one of them knows is not looked
    /// at: the other has an older version.
    /// </summary>
    public static (string Key, string Here, string There)? Difference(string here, string there)
    {
        var others = Read(there);
        foreach (var (key, value) in Read(here))
        {
            if (others.TryGetValue(key, out var other) && other != value)
                return (key, value, other);
        }

        return null;
    }

    /// <exception cref="SettingsDifferException">A member has one of the settings differently.</exception>
    public static void EnsureSame(string here, IEnumerable<(string Address, string Settings)> members)
    {
        foreach (var (address, settings) in members)
        {
            if (Difference(here, settings) is { } difference)
                throw new SettingsDifferException(
                    $"Chat:{difference.Key} is {difference.Here} here and {difference.There} at {address}: all nodes of a cluster must have it alike");
        }
    }

    static Dictionary<string, string> Read(string text) => text.Split(';', StringSplitOptions.RemoveEmptyEntries)
        .Select(each => each.Split('=', 2)).Where(pair => pair.Length == 2).GroupBy(pair => pair[0]).ToDictionary(pairs => pairs.Key, pairs => pairs.Last()[1]);
}
