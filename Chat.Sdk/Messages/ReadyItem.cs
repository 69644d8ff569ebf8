namespace ChatActors.Client.Messages;

/// <summary>
/// One thing in line for the application. <see cref="Event"/> is null for what is only to be accounted for when its turn
/// comes.
/// </summary>
sealed class ReadyItem(ChatEvent? chatEvent, ConversationCursor? cursor = null)
{
    public ChatEvent? Event => chatEvent;

    public ConversationCursor? Cursor => cursor;

    /// <summary>How often its conversation had been put back when this was lined up.</summary>
    public int Rewinds { get; init; }

    /// <summary>When this is taken, everything up to this number of the conversation has been handed over.</summary>
    public long UpTo { get; set; }

    /// <summary>The highest number up to there whose message has really arrived.</summary>
    public long ReceivedTo { get; set; }

    /// <summary>The row of the offline queue that may be deleted when this is taken.</summary>
    public long OfflineId { get; init; }
}
