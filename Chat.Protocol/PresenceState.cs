namespace Chat.Protocol;

/// <summary>How somebody is shown to others: <c>state</c> in 115 to 117.</summary>
public enum PresenceState
{
    /// <summary>Without a session, or hidden.</summary>
    Offline,

    /// <summary>With one.</summary>
    Online,

    /// <summary>With sessions of which each says that nobody sits in front of it.</summary>
    Away,
}

/// <summary>How a <see cref="PresenceState"/> is written.</summary>
public static class PresenceStates
{
    /// <summary><c>offline</c>, <c>online</c> or <c>away</c>.</summary>
    public static string ToText(this PresenceState state) => state switch
    {
        PresenceState.Online => "online",
        PresenceState.Away => "away",
        _ => "offline",
    };

    /// <summary>Null for anything else than <see cref="ToText"/> writes.</summary>
    public static PresenceState? Find(string? text) => text switch
    {
        "offline" => PresenceState.Offline,
        "online" => PresenceState.Online,
        "away" => PresenceState.Away,
        _ => null,
    };
}
