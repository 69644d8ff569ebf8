namespace Chat.Protocol;

/// <summary>Who is shown that a user is online: <c>presence</c> in the settings.</summary>
public enum PresencePrivacy
{
    /// <summary>Whoever lists the user.</summary>
    Everyone,

    /// <summary>Nobody: the user is always listed as offline.</summary>
    Nobody,

    /// <summary>The user's contacts; to everybody else it is as with <see cref="Nobody"/>. Of version 3.</summary>
    Contacts,
}

/// <summary>How a <see cref="PresencePrivacy"/> is written.</summary>
public static class PresencePrivacies
{
    /// <summary><c>everyone</c>, <c>nobody</c> or <c>contacts</c>.</summary>
    public static string ToText(this PresencePrivacy presence) => presence switch
    {
        PresencePrivacy.Nobody => "nobody",
        PresencePrivacy.Contacts => "contacts",
        _ => "everyone",
    };

    /// <summary>Null for anything else than <see cref="ToText"/> writes.</summary>
    public static PresencePrivacy? Find(string? text) => text switch
    {
        "everyone" => PresencePrivacy.Everyone,
        "nobody" => PresencePrivacy.Nobody,
        "contacts" => PresencePrivacy.Contacts,
        _ => null,
    };
}

/// <summary>What a user has chosen, the same on every device.</summary>
/// <param name="Presence">Who sees that the user is online.</param>
/// <param name="Muted">Conversations that must not disturb, ascending.</param>
/// <param name="Pinned">Conversations to be listed first; the newest pin last.</param>
public sealed record UserSettings(
    PresencePrivacy Presence, IReadOnlyList<ConversationId> Muted, IReadOnlyList<ConversationId> Pinned)
{
    /// <summary>Most conversations that can be muted.</summary>
    public const int MaxMuted = 1000;

    /// <summary>Most conversations that can be pinned.</summary>
    public const int MaxPinned = 100;

    /// <summary>Most conversations of which it can be said which messages wake the user.</summary>
    public const int MaxNotify = 1000;

    /// <summary>Most of them that can be named at once.</summary>
    public const int MaxNotifyAtOnce = 20;

    /// <summary>Which messages wake the user, where the user has said so; null: the server has not said. Told to clients of version 3.</summary>
    public IReadOnlyDictionary<ConversationId, NotifyLevel>? Notify { get; init; }

    /// <summary>Whether others do not see how far the user has read; told to clients of version 3.</summary>
    public bool HidesReceipts { get; init; }

    /// <summary>Whether the lists were too long for one frame.</summary>
    public bool IsTruncated { get; init; }
}

/// <summary>What to change of the settings: all of it or nothing is done. What is null stays.</summary>
public sealed record SettingsChange
{
    /// <summary>Who sees that the user is online.</summary>
    public PresencePrivacy? Presence { get; init; }

    /// <summary>Whether others are not to see how far the user has read.</summary>
    public bool? HidesReceipts { get; init; }

    /// <summary>Which messages are to wake the user; with it nothing else can be changed.</summary>
    public IReadOnlyDictionary<ConversationId, NotifyLevel>? Notify { get; init; }

    /// <summary>A conversation to mute.</summary>
    public ConversationId? Mute { get; init; }

    /// <summary>A conversation to mute no more.</summary>
    public ConversationId? Unmute { get; init; }

    /// <summary>A conversation to pin behind the others; one that is pinned stays where it is.</summary>
    public ConversationId? Pin { get; init; }

    /// <summary>A conversation to pin no more.</summary>
    public ConversationId? Unpin { get; init; }

    /// <summary>The conversations that it names.</summary>
    public IEnumerable<ConversationId> Conversations =>
        ((ConversationId?[])[Mute, Unmute, Pin, Unpin]).OfType<ConversationId>();
}
