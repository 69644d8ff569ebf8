using System.Globalization;
using System.Net;
using StackExchange.Redis;

namespace Chat.Node.Settings;

/// <summary>A setting is unknown or wrong; the message names it and says what is expected.</summary>
sealed class SettingsException(string message) : Exception(message);

/// <summary>Limits of <c>Chat:Limits</c> and what goes with them. Units are in the names; 0 = off where a rate is meant.</summary>
sealed record ChatLimits
{
    public int MaxFrameBytes { get; init; } = 65536;

    public int MaxTextBytes { get; init; } = 16384;

    public int MaxConnections { get; init; } = 100_000;

    public int FramesPerSecond { get; init; } = 1000;

    public int LoginSeconds { get; init; } = 30;

    public int IdleSeconds { get; init; } = 90;

    public int LegacyIdleSeconds { get; init; } = 86400;

    public int LoginsPerMinutePerAddress { get; init; } = 6000;

    public int FailedLoginsPerMinutePerAccount { get; init; } = 10;

    public int OutboxFrames { get; init; } = 4096;

    public int PeerTimeoutSeconds { get; init; } = 30;
}

/// <summary>The kinds of database.</summary>
enum StorageProvider
{
    /// <summary>Embedded: a file.</summary>
    Sqlite,

    /// <summary>MySQL or MariaDB.</summary>
    MySql,
}

/// <summary>Everything under <c>Chat</c>, read once at the start (docs/OPERATIONS.md lists the keys).</summary>
sealed record ChatSettings
{
    public IPAddress Bind { get; init; } = IPAddress.Loopback;

    public bool ListensEverywhere => Bind.Equals(IPAddress.Any) || Bind.Equals(IPAddress.IPv6Any);

    public int Port { get; init; } = 6000;

    public int? TlsPort { get; init; }

    public string Certificate { get; init; } = "";

    public string CertificateKey { get; init; } = "";

    public int HttpPort { get; init; } = 8080;

    /// <summary>All chat connections come from a load balancer that says for whom (PROXY protocol, version 1 or 2).</summary>
    public bool ProxyProtocol { get; init; }

    public StorageProvider Storage { get; init; }

    public string ConnectionString { get; init; } = "Data Source=data/chat.db";

    /// <summary>The database for people to read: without a password.</summary>
    public string StorageName => Storage == StorageProvider.Sqlite ? ConnectionString : MySqlOptions.Describe(ConnectionString);

    public bool KeepsHistory { get; init; } = true;

    public bool IsClustered { get; init; } = true;

    public string ClusterHostname { get; init; } = "127.0.0.1";

    public int ClusterPort { get; init; } = 4053;

    /// <summary>Nodes to ask first, as <c>host:port</c>; the database knows the others.</summary>
    public IReadOnlyList<string> SeedNodes { get; init; } = [];

    /// <summary>A node that is no member after so long ends.</summary>
    public int JoinSeconds { get; init; } = 60;

    public int MaxSessions { get; init; } = 8;

    /// <summary>The node's threads do not push others off a core when they wake up.</summary>
    public bool BatchScheduling { get; init; } = true;

    public int PasswordIterations { get; init; } = 100_000;

    /// <summary>Legacy servers read and write the same database: passwords stay plain text, names as they can read them.</summary>
    public bool LegacyPasswords { get; init; }

    /// <summary>How legacy servers' text is stored in the database that they share with us.</summary>
    public LegacyCharset LegacyCharset { get; init; }

    /// <summary>Where servers outside the cluster are met (<c>host:port,password=…</c>); empty: nowhere.</summary>
    public string RedisConnectionString { get; init; } = "";

    public bool IsBridged => RedisConnectionString.Length > 0;

    public ChatLimits Limits { get; init; } = new();

    /// <summary>What all nodes of a cluster must have alike: a message goes through several of them.</summary>
    public IReadOnlyList<(string Key, string Value)> Shared =>
    [
        ("History:Enabled", KeepsHistory ? "true" : "false"),
        ("Bridge:LegacyPasswords", LegacyPasswords ? "true" : "false"),
        ("Redis:ConnectionString", IsBridged ? "set" : "not set"),
        ("Limits:MaxFrameBytes", Limits.MaxFrameBytes.ToString(CultureInfo.InvariantCulture)),
    ];

    /// <exception cref="SettingsException">A key under <c>Chat</c> is unknown or its value is wrong.</exception>
    public static ChatSettings Read(IConfiguration configuration)
    {
        var reader = new SettingsReader(configuration.GetSection("Chat"));
        var settings = new ChatSettings
        {
            Bind = reader.Address("Bind", IPAddress.Loopback),
            Port = reader.Integer("Port", 6000, 0, 65535),
            TlsPort = reader.OptionalInteger("TlsPort", 0, 65535),
            Certificate = reader.Text("Certificate", ""),
            CertificateKey = reader.Text("CertificateKey", ""),
            HttpPort = reader.Integer("HttpPort", 8080, 0, 65535),
            ProxyProtocol = reader.Switch("ProxyProtocol", false),
            BatchScheduling = reader.Switch("BatchScheduling", true),
            Storage = reader.Choice<StorageProvider>("Storage:Provider"),
            ConnectionString = reader.Text("Storage:ConnectionString", "Data Source=data/chat.db"),
            KeepsHistory = reader.Switch("History:Enabled", true),
            IsClustered = reader.Switch("Cluster:Enabled", true),
            ClusterHostname = reader.Hostname("Cluster:Hostname", "127.0.0.1"),
            ClusterPort = reader.Integer("Cluster:Port", 4053, 0, 65535),
            JoinSeconds = reader.Integer("Cluster:JoinSeconds", 60, 1, 3600),
            SeedNodes = reader.Addresses("Cluster:SeedNodes"),
            MaxSessions = reader.Integer("Users:MaxSessions", 8, 1, 64),
            LegacyPasswords = reader.Switch("Bridge:LegacyPasswords", false),
            LegacyCharset = reader.Choice<LegacyCharset>("Bridge:LegacyCharset"),
            RedisConnectionString = reader.Redis("Redis:ConnectionString"),
            PasswordIterations = reader.Integer("Accounts:PasswordIterations", 100_000, 1000, 10_000_000),
            Limits = new ChatLimits
            {
                MaxFrameBytes = reader.Integer("Limits:MaxFrameBytes", 65536, 2048, 512 * 1024),
                MaxTextBytes = reader.Integer("Limits:MaxTextBytes", 16384, 1, 512 * 1024),
                MaxConnections = reader.Integer("Limits:MaxConnections", 100_000, 1, int.MaxValue),
                FramesPerSecond = reader.Integer("Limits:FramesPerSecond", 1000, 0, int.MaxValue),
                LoginSeconds = reader.Integer("Limits:LoginSeconds", 30, 1, int.MaxValue),
                IdleSeconds = reader.Integer("Limits:IdleSeconds", 90, 3, int.MaxValue),
                LegacyIdleSeconds = reader.Integer("Limits:LegacyIdleSeconds", 86400, 1, int.MaxValue),
                LoginsPerMinutePerAddress = reader.Integer("Limits:LoginsPerMinutePerAddress", 6000, 0, int.MaxValue),
                FailedLoginsPerMinutePerAccount = reader.Integer("Limits:FailedLoginsPerMinutePerAccount", 10, 0, int.MaxValue),
                OutboxFrames = reader.Integer("Limits:OutboxFrames", 4096, 16, int.MaxValue),
                PeerTimeoutSeconds = reader.Integer("Limits:PeerTimeoutSeconds", 30, 2, 3600),
            },
        };
        reader.RefuseUnknown();
        settings.RefuseSharedPorts();
        if (settings.TlsPort is not null && (settings.Certificate.Length == 0 || settings.CertificateKey.Length == 0))
            throw new SettingsException("Chat:TlsPort needs Chat:Certificate and Chat:CertificateKey (PEM files)");
        if (settings.Storage == StorageProvider.MySql && configuration["Chat:Storage:ConnectionString"] is null)
            throw new SettingsException("Chat:Storage:Provider MySql needs Chat:Storage:ConnectionString (Server=…;User ID=…;Password=…;Database=…)");
        return settings;
    }

    /// <summary>Each listener needs a port of its own; 0 is any free one.</summary>
    void RefuseSharedPorts()
    {
        var ports = new List<(string Key, int Port)> { ("Port", Port), ("HttpPort", HttpPort) };
        if (TlsPort is { } tlsPort)
            ports.Add(("TlsPort", tlsPort));
        if (IsClustered && (ListensEverywhere || IPAddress.TryParse(ClusterHostname, out var host) && host.Equals(Bind)))
            ports.Add(("Cluster:Port", ClusterPort));
        foreach (var shared in ports.Where(listener => listener.Port != 0).GroupBy(listener => listener.Port).Where(group => group.Count() > 1))
            throw new SettingsException($"{string.Join(" and ", shared.Select(listener => $"Chat:{listener.Key}"))} are all {shared.Key}: each needs a port of its own");
    }
}

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
