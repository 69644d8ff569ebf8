namespace Chat.Node.Storage;

/// <summary>The types of events that an endpoint can choose.</summary>
static class WebhookTypes
{
    public const string MessageCreated = "message.created";

    public const string MessageEdited = "message.edited";

    public const string MessageRecalled = "message.recalled";

    /// <summary>Its reactions are other ones.</summary>
    public const string MessageReacted = "message.reacted";

    /// <summary>A user has read further. Many: only who names it gets it.</summary>
    public const string ReceiptRead = "receipt.read";

    public const string ContactRequested = "contact.requested";

    /// <summary>Both are contacts now.</summary>
    public const string ContactAccepted = "contact.accepted";

    /// <summary>A contact or a request ended.</summary>
    public const string ContactRemoved = "contact.removed";

    public const string ContactBlocked = "contact.blocked";

    public const string ContactUnblocked = "contact.unblocked";

    public const string UserCreated = "user.created";

    /// <summary>The first session of a user in the cluster has come.</summary>
    public const string UserOnline = "user.online";

    /// <summary>The last one has gone.</summary>
    public const string UserOffline = "user.offline";

    public const string GroupCreated = "group.created";

    /// <summary>What it is or who may do what in it is different, or it is deleted.</summary>
    public const string GroupChanged = "group.changed";

    public const string MemberJoined = "member.joined";

    public const string MemberLeft = "member.left";

    /// <summary>A member has another role, or may not send for a while, or may again.</summary>
    public const string MemberChanged = "member.changed";

    public const string MemberBanned = "member.banned";

    public const string MemberUnbanned = "member.unbanned";

    /// <summary>A user wants to be let in.</summary>
    public const string MemberRequested = "member.requested";

    /// <summary>A user wants it no longer, or is not let in.</summary>
    public const string MemberDeclined = "member.declined";

    /// <summary>A user without a session has a message, and is to be woken.</summary>
    public const string PushRequired = "push.required";

    /// <summary>A user wants somebody to look at a message.</summary>
    public const string MessageReported = "message.reported";

    /// <summary>Events are missing: they could not be brought for a day.</summary>
    public const string Gap = "webhook.gap";

    /// <summary>Sent when somebody asks for it.</summary>
    public const string Test = "webhook.test";

    public static readonly IReadOnlyList<string> All =
    [
        MessageCreated, MessageEdited, MessageRecalled, MessageReacted, ReceiptRead, ContactRequested, ContactAccepted, ContactRemoved, ContactBlocked, ContactUnblocked,
        UserCreated, UserOnline, UserOffline, GroupCreated, GroupChanged, MemberJoined, MemberLeft, MemberChanged, MemberBanned, MemberUnbanned, MemberRequested, MemberDeclined,
        PushRequired, MessageReported, Gap, Test,
    ];

    /// <summary>What becomes of messages: brought from the conversation's changes.</summary>
    public static readonly IReadOnlyList<string> Changes = [MessageEdited, MessageRecalled, MessageReacted];
}
