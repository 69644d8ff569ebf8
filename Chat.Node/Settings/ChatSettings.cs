using System.Globalization;
using System.Net;

namespace Chat.Node.Settings;

/// <summary>Everything under <c>Chat</c>, read once at the start (docs/OPERATIONS.md lists the keys).</summary>
sealed record ChatSettings
{
    public IPAddress Bind { get; init; } = IPAddress.Loopback;

    public bool ListensEverywhere => UnusableAddress.IsEverybodys(Bind);

    public int Port { get; init; } = 6000;

    public int? TlsPort { get; init; }

    public string Certificate { get; init; } = "";

    public string CertificateKey { get; init; } = "";

    public int HttpPort { get; init; } = 8080;

    public WebSettings Web { get; init; } = new();

    /// <summary>All chat connections come from a load balancer that says for whom (PROXY protocol, version 1 or 2).</summary>
    public bool ProxyProtocol { get; init; }

    public StorageProvider Storage { get; init; }

    public string ConnectionString { get; init; } = "Data Source=data/chat.db";

    /// <summary>The database for people to read: without a password.</summary>
    public string StorageName => Storage == StorageProvider.Sqlite ? ConnectionString : MySqlOptions.Describe(ConnectionString);

    public LogFormat LogFormat { get; init; }

    /// <summary>Of how many messages the way is recorded, from 0 to 1.</summary>
    public double TracingRatio { get; init; }

    public bool KeepsHistory { get; init; } = true;

    public bool IsClustered { get; init; } = true;

    public string ClusterHostname { get; init; } = "127.0.0.1";

    public int ClusterPort { get; init; } = 4053;

    /// <summary>How nodes prove to each other that they are nodes; null: they do not.</summary>
    public ClusterTlsSettings? ClusterTls { get; init; }

    public UnprotectedCluster Unprotected { get; init; }

    /// <summary>Whether other machines may reach a cluster's port that takes everybody for a node.</summary>
    public bool IsClusterOpen => IsClustered && ClusterTls is null && !IsLoopback(ClusterHostname);

    /// <summary>
    /// Whether the cluster's port is open at every address: where clients are listened to so, and other machines are to reach this node by its hostname. In a container that
    /// name may not be known yet when the node starts.
    /// </summary>
    public bool IsClusterEverywhere => ListensEverywhere && !IsLoopback(ClusterHostname);

    /// <summary>Nodes to ask first, as <c>host:port</c>; the database knows the others.</summary>
    public IReadOnlyList<string> SeedNodes { get; init; } = [];

    /// <summary>A node that is no member after so long ends.</summary>
    public int JoinSeconds { get; init; } = 60;

    public int MaxSessions { get; init; } = 8;

    /// <summary>How users find users whom they do not know.</summary>
    public DirectoryAccess Directory { get; init; }

    /// <summary>The node's threads do not push others off a core when they wake up.</summary>
    public bool BatchScheduling { get; init; } = true;

    public int PasswordIterations { get; init; } = 100_000;

    /// <summary>Whether clients may make users (request 4).</summary>
    public Registration Registration { get; init; }

    /// <summary>Whose tokens log in the product's own users.</summary>
    public IReadOnlyList<IssuerSettings> Issuers { get; init; } = [];

    /// <summary>Legacy servers read and write the same database: passwords stay plain text, names as they can read them.</summary>
    public bool LegacyPasswords { get; init; }

    /// <summary>How legacy servers' text is stored in the database that they share with us.</summary>
    public LegacyCharset LegacyCharset { get; init; }

    /// <summary>Where servers outside the cluster are met (<c>host:port,password=…</c>); empty: nowhere.</summary>
    public string RedisConnectionString { get; init; } = "";

    public bool IsBridged => RedisConnectionString.Length > 0;

    public ChatLimits Limits { get; init; } = new();

    public ApiSettings Api { get; init; } = new();

    public WebhookSettings Webhooks { get; init; } = new();

    public HookSettings Hooks { get; init; } = new();

    /// <summary>What users may send beside texts; without a history there is nothing that has files.</summary>
    public FileSettings Files { get; init; } = new();

    /// <summary>Whether messages can be looked for by their words; without a history there are none.</summary>
    public bool HasSearch { get; init; } = true;

    /// <summary>After so many days messages are gone; 0: never, unless their group says so.</summary>
    public int RetentionDays { get; init; }

    /// <summary>After so many days it is forgotten what operators have done; 0: never.</summary>
    public int AuditDays { get; init; } = 365;

    /// <summary>Nobody needs more than a century.</summary>
    const int MaxRetentionDays = 36_500;

    /// <summary>What all nodes of a cluster must have alike: a message goes through several of them.</summary>
    public IReadOnlyList<(string Key, string Value)> Shared =>
    [
        ("History:Enabled", KeepsHistory ? "true" : "false"),
        ("Bridge:LegacyPasswords", LegacyPasswords ? "true" : "false"),
        ("Bridge:LegacyCharset", LegacyCharset.ToString().ToLowerInvariant()),
        ("Redis:ConnectionString", IsBridged ? "set" : "not set"),
        ("Limits:MaxFrameBytes", Limits.MaxFrameBytes.ToString(CultureInfo.InvariantCulture)),
        ("Cluster:Certificate", ClusterTls is null ? "not set" : "set"),
    ];

    /// <exception cref="SettingsException">A key under <c>Chat</c> is unknown or its value is wrong.</exception>
    public static ChatSettings Read(IConfiguration configuration) => Read(SettingsReader.Of(configuration));

    /// <param name="reader">Knows afterwards which settings there are.</param>
    /// <exception cref="SettingsException">A key under <c>Chat</c> is unknown or its value is wrong.</exception>
    public static ChatSettings Read(SettingsReader reader)
    {
        var defaults = new ChatSettings();
        var bind = reader.Address("Bind", defaults.Bind);
        var settings = new ChatSettings
        {
            Bind = bind,
            Port = reader.Integer("Port", defaults.Port, 0, 65535),
            TlsPort = reader.OptionalInteger("TlsPort", 0, 65535),
            Certificate = reader.Text("Certificate", defaults.Certificate),
            CertificateKey = reader.Text("CertificateKey", defaults.CertificateKey),
            HttpPort = reader.Integer("HttpPort", defaults.HttpPort, 0, 65535),
            Web = ReadWeb(reader, defaults.Web, bind),
            ProxyProtocol = reader.Switch("ProxyProtocol", defaults.ProxyProtocol),
            BatchScheduling = reader.Switch("BatchScheduling", defaults.BatchScheduling),
            LogFormat = reader.Choice<LogFormat>("Logging:Format"),
            TracingRatio = reader.Fraction("Tracing:Ratio", defaults.TracingRatio),
            Storage = reader.Choice<StorageProvider>("Storage:Provider"),
            ConnectionString = reader.Secret("Storage:ConnectionString", defaults.ConnectionString),
            KeepsHistory = reader.Switch("History:Enabled", defaults.KeepsHistory),
            HasSearch = reader.Switch("Search:Enabled", defaults.HasSearch) && reader.Switch("History:Enabled", defaults.KeepsHistory),
            RetentionDays = reader.Integer("Retention:Days", defaults.RetentionDays, 0, MaxRetentionDays),
            AuditDays = reader.Integer("Audit:Days", defaults.AuditDays, 0, MaxRetentionDays),
            IsClustered = reader.Switch("Cluster:Enabled", defaults.IsClustered),
            ClusterHostname = reader.Hostname("Cluster:Hostname", defaults.ClusterHostname),
            ClusterPort = reader.Integer("Cluster:Port", defaults.ClusterPort, 0, 65535),
            ClusterTls = ClusterTlsSettings.Read(reader),
            Unprotected = reader.Choice<UnprotectedCluster>("Cluster:Unprotected"),
            JoinSeconds = reader.Integer("Cluster:JoinSeconds", defaults.JoinSeconds, 1, 3600),
            SeedNodes = reader.Addresses("Cluster:SeedNodes"),
            MaxSessions = reader.Integer("Users:MaxSessions", defaults.MaxSessions, 1, 64),
            Directory = reader.Choice<DirectoryAccess>("Users:Directory"),
            LegacyPasswords = reader.Switch("Bridge:LegacyPasswords", defaults.LegacyPasswords),
            LegacyCharset = reader.Choice<LegacyCharset>("Bridge:LegacyCharset"),
            RedisConnectionString = reader.Redis("Redis:ConnectionString"),
            PasswordIterations = reader.Integer("Accounts:PasswordIterations", defaults.PasswordIterations, 1000, 10_000_000),
            Webhooks = new WebhookSettings
            {
                AllowPrivate = reader.Switch("Webhooks:AllowPrivate", defaults.Webhooks.AllowPrivate),
                PushPreview = reader.Switch("Webhooks:PushPreview", defaults.Webhooks.PushPreview),
                PushMentionsOnlyAbove = reader.Integer("Webhooks:PushMentionsOnlyAbove", defaults.Webhooks.PushMentionsOnlyAbove, 0, 1_000_000),
            },
            Hooks = HookSettings.Read(reader),
            Api = new ApiSettings
            {
                Keys = reader.Secrets("Api:Keys", ApiSettings.MinKeyLength),
                SystemUser = reader.OptionalInteger("Api:SystemUser", 1, int.MaxValue),
                RequestsPerSecond = reader.Integer("Api:RequestsPerSecond", defaults.Api.RequestsPerSecond, 0, 1_000_000),
            },
            Registration = reader.Choice<Registration>("Accounts:Registration"),
            Issuers = IssuerReader.Read(reader),
            Files = FileSettings.Read(reader),
            Limits = new ChatLimits
            {
                MaxFrameBytes = reader.Integer("Limits:MaxFrameBytes", defaults.Limits.MaxFrameBytes, 2048, 512 * 1024),
                MaxTextBytes = reader.Integer("Limits:MaxTextBytes", defaults.Limits.MaxTextBytes, 1, 512 * 1024),
                EditHours = reader.Integer("Limits:EditHours", defaults.Limits.EditHours, 0, 24 * 3650),
                RecallSeconds = reader.Integer("Limits:RecallSeconds", defaults.Limits.RecallSeconds, 0, int.MaxValue),
                GroupMembers = reader.Integer("Limits:GroupMembers", defaults.Limits.GroupMembers, 2, 100_000),
                Devices = reader.Integer("Limits:Devices", defaults.Limits.Devices, 1, 1000),
                MaxConnections = reader.Integer("Limits:MaxConnections", defaults.Limits.MaxConnections, 1, int.MaxValue),
                FramesPerSecond = reader.Integer("Limits:FramesPerSecond", defaults.Limits.FramesPerSecond, 0, int.MaxValue),
                LoginSeconds = reader.Integer("Limits:LoginSeconds", defaults.Limits.LoginSeconds, 1, int.MaxValue),
                IdleSeconds = reader.Integer("Limits:IdleSeconds", defaults.Limits.IdleSeconds, 3, int.MaxValue),
                LegacyIdleSeconds = reader.Integer("Limits:LegacyIdleSeconds", defaults.Limits.LegacyIdleSeconds, 1, int.MaxValue),
                LoginsPerMinutePerAddress = reader.Integer("Limits:LoginsPerMinutePerAddress", defaults.Limits.LoginsPerMinutePerAddress, 0, int.MaxValue),
                FailedLoginsPerMinutePerAccount = reader.Integer("Limits:FailedLoginsPerMinutePerAccount", defaults.Limits.FailedLoginsPerMinutePerAccount, 0, int.MaxValue),
                OutboxFrames = reader.Integer("Limits:OutboxFrames", defaults.Limits.OutboxFrames, 16, int.MaxValue),
                PeerTimeoutSeconds = reader.Integer("Limits:PeerTimeoutSeconds", defaults.Limits.PeerTimeoutSeconds, 2, 3600),
            },
        };
        reader.RefuseUnknown();
        settings.RefuseSharedPorts();
        settings.RequireCertificate("TlsPort", settings.TlsPort);
        settings.RequireCertificate("WebTlsPort", settings.Web.TlsPort);
        if (settings.Storage == StorageProvider.MySql && !reader.IsSet("Storage:ConnectionString"))
            throw new SettingsException("Chat:Storage:Provider MySql needs Chat:Storage:ConnectionString (Server=…;User ID=…;Password=…;Database=…)");
        settings.RefuseIneffective(reader);
        if (settings is { IsClusterOpen: true, Unprotected: UnprotectedCluster.Refuse })
            throw new SettingsException("Chat:Cluster:Unprotected is refuse, and other machines may reach the cluster's port: Chat:Cluster:Certificate, CertificateKey and CertificateAuthority are expected, or a Chat:Cluster:Hostname of this machine alone");
        return settings;
    }

    /// <summary>A name is looked up only when it is used: it may be anybody's.</summary>
    static bool IsLoopback(string hostname) => hostname == "localhost" || (IPAddress.TryParse(hostname, out var address) && IPAddress.IsLoopback(address));

    void RefuseIneffective(SettingsReader reader)
    {
        if (TlsPort is null && Web.TlsPort is null)
            reader.RefuseWithout("TlsPort", "Certificate", "CertificateKey");
        if (!IsClustered)
            reader.RefuseWithout("Cluster:Enabled=true", "Cluster:SeedNodes", "Cluster:JoinSeconds", ClusterTlsSettings.CertificateSetting, ClusterTlsSettings.KeySetting, ClusterTlsSettings.AuthoritySetting, "Cluster:Unprotected");
        if (Limits.MaxTextBytes > Limits.MaxFrameBytes)
            reader.RefuseWithout($"Limits:MaxFrameBytes of as much, which is {Limits.MaxFrameBytes}", "Limits:MaxTextBytes");
        if (!KeepsHistory)
            reader.RefuseWithout("History:Enabled=true", "Search:Enabled", "Retention:Days");
        if (!Web.IsOn)
            reader.RefuseWithout("WebPort", "WebPublicUrl", "TrustedProxies", "WebOrigins", "WebCompression", "DemoPage");
    }

    static WebSettings ReadWeb(SettingsReader reader, WebSettings defaults, IPAddress bind) => new()
    {
        Port = reader.IntegerOrNone("WebPort", defaults.Port, 0, 65535),
        TlsPort = reader.OptionalInteger("WebTlsPort", 0, 65535),
        PublicUrl = reader.WebAddress("WebPublicUrl"),
        TrustedProxies = reader.Networks("TrustedProxies"),
        Origins = reader.Origins("WebOrigins"),
        Compresses = reader.Switch("WebCompression", defaults.Compresses),
        // where others than this machine's people come, somebody decides that they get it
        HasPage = reader.Switch("DemoPage", defaults.HasPage && IPAddress.IsLoopback(bind)),
    };

    void RequireCertificate(string key, int? port)
    {
        if (port is not null && (Certificate.Length == 0 || CertificateKey.Length == 0))
            throw new SettingsException($"Chat:{key} needs Chat:Certificate and Chat:CertificateKey (PEM files)");
    }

    /// <summary>Each listener needs a port of its own; 0 is any free one.</summary>
    void RefuseSharedPorts()
    {
        var ports = new List<(string Key, int Port)> { ("Port", Port), ("HttpPort", HttpPort) };
        if (TlsPort is { } tlsPort)
            ports.Add(("TlsPort", tlsPort));
        if (Web.Port is { } webPort)
            ports.Add(("WebPort", webPort));
        if (Web.TlsPort is { } webTlsPort)
            ports.Add(("WebTlsPort", webTlsPort));
        if (IsClustered && (ListensEverywhere || IPAddress.TryParse(ClusterHostname, out var host) && host.Equals(Bind)))
            ports.Add(("Cluster:Port", ClusterPort));
        foreach (var shared in ports.Where(listener => listener.Port != 0).GroupBy(listener => listener.Port).Where(group => group.Count() > 1))
            throw new SettingsException($"{string.Join(" and ", shared.Select(listener => $"Chat:{listener.Key}"))} are all {shared.Key}: each needs a port of its own");
    }
}
