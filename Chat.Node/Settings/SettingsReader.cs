using System.Globalization;
using System.Net;
using StackExchange.Redis;

namespace Chat.Node.Settings;

/// <summary>Reads keys one by one, and knows in the end which were never asked for.</summary>
sealed class SettingsReader(IConfigurationSection section)
{
    readonly Dictionary<string, string> _known = new(StringComparer.OrdinalIgnoreCase);

    readonly HashSet<string> _secret = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Of everything that somebody has set, and not to nothing.</summary>
    public static SettingsReader Of(IConfiguration configuration) => new(SetValues.Of(configuration).GetSection("Chat"));

    /// <summary>A key's value as it counts: what is set, or else the default.</summary>
    public string InForce(string key) => section[key] ?? _known[key];

    /// <summary>Every key that was asked for, with what it is where nobody sets it.</summary>
    public IReadOnlyDictionary<string, string> Known => _known;

    /// <summary>Whether a key was asked for as a secret: nobody prints what it is.</summary>
    public bool IsSecret(string key) => _secret.Contains(key);

    /// <summary>A text that nobody prints.</summary>
    public string Secret(string key, string fallback = "")
    {
        _secret.Add(key);
        return Text(key, fallback);
    }

    public string Text(string key, string fallback)
    {
        _known[key] = fallback;
        return section[key] ?? fallback;
    }

    /// <summary>The path of a folder, which need not be there.</summary>
    public string Folder(string key, string fallback)
    {
        var text = Text(key, fallback);
        return text.Trim().Length > 0 && !text.Contains('\0', StringComparison.Ordinal) ? text : throw Wrong(key, text, "the path of a folder");
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
        return IPAddress.TryParse(text, out var value) && !UnusableAddress.IsNobodys(value)
            ? value
            : throw Wrong(key, text, "an IP address of this machine, or 0.0.0.0 or :: for all of them");
    }

    /// <summary>A name or an address; those of IPv6 come in brackets, as in front of a port.</summary>
    public string Hostname(string key, string fallback)
    {
        var text = Text(key, fallback);
        return Uri.CheckHostName(text) switch
        {
            UriHostNameType.Dns or UriHostNameType.IPv4 when !UnusableAddress.ReachesNobody(text) => text,
            UriHostNameType.IPv6 when !UnusableAddress.ReachesNobody(text) => $"[{text.Trim('[', ']')}]",
            _ => throw Wrong(key, text, "the name or the address at which other nodes reach this one"),
        };
    }

    /// <summary>A list of <c>host:port</c>: one text with commas, or indexed keys.</summary>
    public IReadOnlyList<string> Addresses(string key)
    {
        var texts = List(key);
        return texts.Find(text => !NodeAddress.TryParse(text, out var host, out _) || Uri.CheckHostName(host) == UriHostNameType.Unknown || UnusableAddress.ReachesNobody(host)) is { } wrong
            ? throw Wrong(key, wrong, "host:port, at which a node can be reached")
            : NothingOr(texts);
    }

    /// <summary>A list of networks such as <c>10.0.0.0/8</c>, or of single addresses.</summary>
    public IReadOnlyList<IPNetwork> Networks(string key) => NothingOr(List(key).ConvertAll(text =>
        IPAddress.TryParse(text, out var address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
        : IPNetwork.TryParse(text, out var network) ? network
        : throw Wrong(key, text, "an IP address, or a network such as 10.0.0.0/8")));

    /// <summary>A list of origins as browsers write them, <c>https://chat.example.com</c>, or <c>*</c>.</summary>
    public IReadOnlyList<string> Origins(string key) => NothingOr(List(key).ConvertAll(text =>
        text == WebSettings.AnyOrigin ? text
        : TryParse(text) is { PathAndQuery: "/" or "", Host.Length: > 0, Fragment: "" } origin && !text.EndsWith('/') ? origin.GetLeftPart(UriPartial.Authority)
        : throw Wrong(key, text, "an origin such as https://chat.example.com, or * for every one")));

    /// <summary>An address for browsers; null if nothing is said.</summary>
    public Uri? WebAddress(string key)
    {
        var text = Text(key, "");
        return text.Length == 0 ? null
            : TryParse(text) is { Scheme: "http" or "https", Query: "", Fragment: "" } address ? address
            : throw Wrong(key, text, "an address such as https://chat.example.com/, without user, password and query");
    }

    static Uri? TryParse(string text) => Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.UserInfo.Length == 0 ? uri : null;

    /// <summary>Without entries always the same list: records that hold it are equal then.</summary>
    static T[] NothingOr<T>(List<T> entries) => entries.Count == 0 ? [] : entries.ToArray();

    List<string> List(string key)
    {
        var texts = Text(key, "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).ToList();
        foreach (var child in section.GetSection(key).GetChildren())
        {
            _known[$"{key}:{child.Key}"] = "";
            if (!int.TryParse(child.Key, NumberStyles.None, CultureInfo.InvariantCulture, out _))
                throw Wrong($"{key}:{child.Key}", child.Value ?? "", "an index behind the last colon: 0, 1 …");
            if (child.Value is { Length: > 0 } text)
                texts.Add(text);
        }

        return texts;
    }

    /// <summary>The keys of the entries of a list, <c>key:0</c>, <c>key:1</c> …; their values are read one by one.</summary>
    public IReadOnlyList<string> Indexed(string key)
    {
        var entries = section.GetSection(key).GetChildren().Select(child => child.Key).ToList();
        if (entries.Find(entry => !int.TryParse(entry, NumberStyles.None, CultureInfo.InvariantCulture, out _)) is { } wrong)
            throw Wrong($"{key}:{wrong}", section[$"{key}:{wrong}"] ?? "", "an index behind the last colon: 0, 1 …");
        return [.. entries.Select(entry => $"{key}:{entry}")];
    }

    public int Integer(string key, int fallback, int min, int max)
    {
        var value = OptionalInteger(key, min, max) ?? fallback;
        _known[key] = fallback.ToString(CultureInfo.InvariantCulture);
        return value;
    }

    /// <summary>Set to nothing it is null; not set at all it is the fallback.</summary>
    public int? IntegerOrNone(string key, int? fallback, int min, int max)
    {
        var value = OptionalInteger(key, min, max);
        _known[key] = fallback?.ToString(CultureInfo.InvariantCulture) ?? "";
        return section[key] is null ? fallback : value;
    }

    public int? OptionalInteger(string key, int min, int max)
    {
        var text = Text(key, "");
        if (text.Length == 0)
            return null;
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max
            ? value
            : throw Wrong(key, text, $"an integer from {min} to {max}");
    }

    /// <summary>A part of everything: from 0 to 1.</summary>
    public double Fraction(string key, double fallback)
    {
        var text = Text(key, fallback.ToString(CultureInfo.InvariantCulture));
        return double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && value is >= 0 and <= 1
            ? value
            : throw Wrong(key, text, "a number from 0 to 1");
    }

    /// <summary>What StackExchange.Redis calls a configuration; empty for none. The message does not repeat it: there may be a password in it.</summary>
    public string Redis(string key)
    {
        const string Expected = "cannot be read: expected is host:port, or host:port,password=… and other options of StackExchange.Redis";
        var text = Secret(key);
        try
        {
            return text.Length == 0 || ConfigurationOptions.Parse(text).EndPoints.Count > 0 ? text : throw new SettingsException($"Chat:{key} {Expected}");
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            throw new SettingsException($"Chat:{key} {Expected}");
        }
    }

    public bool IsSet(string key) => section.GetSection(key).AsEnumerable().Any(pair => !string.IsNullOrEmpty(pair.Value));

    /// <summary>Somebody means something by these, and would not get it.</summary>
    /// <param name="needed">What they have no effect without.</param>
    /// <param name="keys">Which.</param>
    public void RefuseWithout(string needed, params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            if (IsSet(key))
                throw new SettingsException($"Chat:{key} has no effect without Chat:{needed}");
        }
    }

    /// <summary>Indexed keys whose values are no secret any more once they are printed: a message tells how long one is. Printable ASCII without blanks.</summary>
    public IReadOnlyList<string> Secrets(string key, int minLength)
    {
        var secrets = new List<string>();
        foreach (var child in section.GetSection(key).GetChildren())
        {
            Secret($"{key}:{child.Key}");
            if (!int.TryParse(child.Key, NumberStyles.None, CultureInfo.InvariantCulture, out _))
                throw new SettingsException($"Chat:{key}:{child.Key} is not a setting: an index is expected behind the last colon, 0, 1 …");
            var text = child.Value ?? "";
            if (text.Length < minLength)
                throw new SettingsException($"Chat:{key}:{child.Key} has {text.Length} characters: at least {minLength} are expected");
            if (!text.All(character => character is > ' ' and < '\x7f'))
                throw new SettingsException($"Chat:{key}:{child.Key} has a character that cannot stand in a header: expected is printable ASCII without blanks");
            secrets.Add(text);
        }

        if (secrets.Count == 0)
            return []; // always the same list: records that hold it are equal then
        return secrets;
    }

    public void RefuseUnknown()
    {
        foreach (var (path, value) in section.AsEnumerable(makePathsRelative: true))
        {
            if (value is not null && !_known.ContainsKey(path))
                throw new SettingsException($"Chat:{path} is not a setting: see docs/OPERATIONS.md for the list");
        }
    }

    static SettingsException Wrong(string key, string text, string expected) =>
        new($"Chat:{key} is \"{AddressMask.Of(text)}\": expected is {expected}");
}
