namespace Chat.Protocol;

/// <summary>Who waits to be let into a group, since when in milliseconds since 1970, UTC.</summary>
public sealed record JoinRequestEntry(int Id, string Name, long Since);

/// <summary>A friend in a login ack.</summary>
public sealed record FriendEntry(int Id, string Name, bool IsOnline);

/// <summary>A member of a group in a login ack; <c>Role</c> is <c>creator</c> or <c>normal</c>.</summary>
public sealed record MemberEntry(int Id, string Name, string Role, bool IsOnline);

/// <summary>A group in a login ack, with its members, oneself included.</summary>
public sealed record GroupEntry(int Id, string Name, string Description, IReadOnlyList<MemberEntry> Members)
{
    /// <summary>Whether there are members behind the last one that is listed: 125 lists them all.</summary>
    public bool IsTruncated { get; init; }
}

/// <summary>A group in the answer to 144: what the user is in it, and how many members it has.</summary>
public sealed record GroupSummary(int Id, string Name, string Description, string Role, int Members);

/// <summary>A conversation in the answer to a sync: its newest number and how far this user has received and read.</summary>
public sealed record ConversationEntry(ConversationId Conversation, long Head, long Received, long Read, long Rev = 0)
{
    /// <summary>How many messages of others the user has not read; null if it is not told, as to clients of version 2.</summary>
    public long? Unread { get; init; }

    /// <summary>Messages below this number are not shown to the user any more; 0: all are.</summary>
    public long Floor { get; init; }
}
