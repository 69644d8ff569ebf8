using System.Globalization;
using System.Net;
using StackExchange.Redis;

namespace Chat.Node.Settings;

/// <summary>Reads keys one by one, and knows in the end which were never asked for.</summary>
sealed class SettingsReader(IConfigurationSection section)
{
    readonly HashSet<string> _known = new(StringComparer.OrdinalIgnoreCase);

    public string Text(string key, string fallback)
    {
        _known.Add(key);
        return section[key] ?? fallback;
    }

    public bool Switch(string key, bool fallback)
    {
        var text = Text(key, fallback ? "true" : "false");
        return bool.TryParse(text, out var value) ? value : throw Wrong(key, text, "true or false");
    }

    /// <summary>One of the names of an enumeration; the first one if nothing is said.</summary>
    public T Choice<T>(string key)
        where T : struct, Enum
    {
        var text = Text(key, Enum.GetNames<T>()[0]);
        return Enum.GetNames<T>().Contains(text, StringComparer.OrdinalIgnoreCase)
            ? Enum.Parse<T>(text, ignoreCase: true)
            : throw Wrong(key, text, $"one of {string.Join(", ", Enum.GetNames<T>())}");
    }

    public IPAddress Address(string key, IPAddress fallback)
    {
        var text = Text(key, fallback.ToString());
        return IPAddress.TryParse(text, out var value) ? value : throw Wrong(key, text, "an IP address");
    }

    /// <summary>A name or an address; those of IPv6 come in brackets, as in front of a port.</summary>
    public string Hostname(string key, string fallback)
    {
        var text = Text(key, fallback);
        return Uri.CheckHostName(text) switch
        {
            UriHostNameType.Dns or UriHostNameType.IPv4 => text,
            UriHostNameType.IPv6 => $"[{text.Trim('[', ']')}]",
            _ => throw Wrong(key, text, "the name or the address at which other nodes reach this one"),
        };
    }

    /// <summary>A list of <c>host:port</c>: one text with commas, or indexed keys.</summary>
    public IReadOnlyList<string> Addresses(string key)
    {
        var texts = Text(key, "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).ToList();
        foreach (var child in section.GetSection(key).GetChildren())
        {
            _known.Add($"{key}:{child.Key}");
            if (!int.TryParse(child.Key, NumberStyles.None, CultureInfo.InvariantCulture, out _))
                throw Wrong($"{key}:{child.Key}", child.Value ?? "", "an index behind the last colon: 0, 1 …");
            if (child.Value is { Length: > 0 } text)
                texts.Add(text);
        }

        if (texts.Find(text => !NodeAddress.TryParse(text, out _, out _)) is { } wrong)
            throw Wrong(key, wrong, "host:port");
        if (texts.Count == 0)
            return [];
        return texts;
    }

    public int Integer(string key, int fallback, int min, int max) => OptionalInteger(key, min, max) ?? fallback;

    public int? OptionalInteger(string key, int min, int max)
    {
        var text = Text(key, "");
        if (text.Length == 0)
            return null;
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max
            ? value
            : throw Wrong(key, text, $"an integer from {min} to {max}");
    }

    /// <summary>What StackExchange.Redis calls a configuration; empty for none. The message does not repeat it: there may be a password in it.</summary>
    public string Redis(string key)
    {
        const string Expected = "cannot be read: expected is host:port, or host:port,password=… and other options of StackExchange.Redis";
        var text = Text(key, "");
        try
        {
            return text.Length == 0 || ConfigurationOptions.Parse(text).EndPoints.Count > 0 ? text : throw new SettingsException($"Chat:{key} {Expected}");
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            throw new SettingsException($"Chat:{key} {Expected}");
        }
    }

    public void RefuseUnknown()
    {
        foreach (var (path, value) in section.AsEnumerable(makePathsRelative: true))
        {
            if (value is not null && !_known.Contains(path))
                throw new SettingsException($"Chat:{path} is not a setting: see docs/OPERATIONS.md for the list");
        }
    }

    static SettingsException Wrong(string key, string text, string expected) =>
        new($"Chat:{key} is \"{text}\": expected is {expected}");
}
