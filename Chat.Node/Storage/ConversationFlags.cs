namespace Chat.Node.Storage;

/// <summary>What a user has said about a conversation: <c>flags</c> of <c>DeliveryMark</c>.</summary>
[Flags]
enum ConversationFlags
{
    None = 0,

    /// <summary>It is out of the way.</summary>
    Archived = 1,

    /// <summary>It is to look unread until the user reads in it again.</summary>
    MarkedUnread = 2,
}
