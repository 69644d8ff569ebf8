namespace Chat.Protocol;

/// <summary>Which messages of a conversation are to wake a user who is away: <c>notify</c> in the settings. The numbers are stored.</summary>
public enum NotifyLevel
{
    /// <summary>All of them.</summary>
    All,

    /// <summary>Those that mention the user, or everybody.</summary>
    Mentions,

    /// <summary>None.</summary>
    None,

    /// <summary>What holds where nothing is said: all, but mentions alone in groups of many members. It takes back what was said, and is never stored or told.</summary>
    Default,
}

/// <summary>How a <see cref="NotifyLevel"/> is written.</summary>
public static class NotifyLevels
{
    /// <summary><c>all</c>, <c>mentions</c>, <c>none</c> or <c>default</c>.</summary>
    public static string ToText(this NotifyLevel level) => level switch
    {
        NotifyLevel.Mentions => "mentions",
        NotifyLevel.None => "none",
        NotifyLevel.Default => "default",
        _ => "all",
    };

    /// <summary>Null for anything else than <see cref="ToText"/> writes.</summary>
    public static NotifyLevel? Find(string? text) => text switch
    {
        "all" => NotifyLevel.All,
        "mentions" => NotifyLevel.Mentions,
        "none" => NotifyLevel.None,
        "default" => NotifyLevel.Default,
        _ => null,
    };
}
