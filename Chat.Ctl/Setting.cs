namespace Chat.Ctl;

/// <summary>A setting of a node, as <c>settings.json</c> has it.</summary>
sealed record Setting
{
    /// <summary><c>Chat:Limits:GroupMembers</c>; entries of a list of sections have the index 0.</summary>
    public required string Name { get; init; }

    /// <summary>The variable of the environment that it is read from.</summary>
    public string Variable => (Kind == SettingKind.Secrets ? $"{Name}:0" : Name).Replace(":", "__", StringComparison.Ordinal);

    public required SettingKind Kind { get; init; }

    /// <summary>Of an integer the smallest; of secrets the shortest.</summary>
    public int? Min { get; init; }

    public int? Max { get; init; }

    /// <summary>What a number counts.</summary>
    public string? Unit { get; init; }

    /// <summary>What a text looks like; null: any will do.</summary>
    public string? Form { get; init; }

    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary>What holds where nobody sets it; empty: nothing.</summary>
    public required string Default { get; init; }

    /// <summary>When it has to be set; null: never.</summary>
    public string? Needed { get; init; }

    /// <summary>Another value is in force without a restart, once the node reads its settings again.</summary>
    public bool Reload { get; init; }

    /// <summary>A node tells nobody what it is.</summary>
    public bool Secret { get; init; }

    /// <summary>What it does, in a sentence.</summary>
    public required string About { get; init; }
}

/// <summary>What values a setting has.</summary>
enum SettingKind
{
    Text,
    Integer,

    /// <summary>A number from 0 to 1.</summary>
    Ratio,
    Switch,
    Choice,

    /// <summary>An IP address.</summary>
    Address,

    /// <summary>A name or an address of a machine.</summary>
    Hostname,

    /// <summary>A list of <c>host:port</c>.</summary>
    Addresses,

    /// <summary>A list of addresses and networks.</summary>
    Networks,

    /// <summary>A list of pages' hosts.</summary>
    Origins,

    /// <summary>An http or https address.</summary>
    Url,
    Folder,

    /// <summary>What StackExchange.Redis calls a configuration.</summary>
    Redis,

    /// <summary>Indexed texts.</summary>
    Secrets,
}
