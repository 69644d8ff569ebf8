using Chat.Protocol;
using ChatActors.Client;

namespace Chat.Client.FullScreen;

/// <summary>A conversation in the list.</summary>
sealed class ConversationRow(ConversationId id)
{
    public ConversationId Id => id;

    public ChatMessage? Last { get; set; }

    /// <summary>When something was said last, in milliseconds since 1970 UTC.</summary>
    public long At { get; set; }

    /// <summary>Up to here messages are counted.</summary>
    public long Head { get; private set; }

    /// <summary>The user has read up to here.</summary>
    public long Read { get; private set; }

    public long Unread { get; private set; }

    public long Mentions { get; private set; }

    public bool IsMarked { get; set; }

    public bool IsPinned { get; set; }

    public bool IsMuted { get; set; }

    /// <summary>What was begun to write in it.</summary>
    public string Draft { get; set; } = "";

    /// <summary>As the server lists it.</summary>
    public void Take(ListedConversation listed)
    {
        var (summary, last) = listed;
        (IsMarked, IsPinned, IsMuted) = (summary.IsMarked, summary.IsPinned, summary.IsMuted);
        Draft = summary.Draft ?? Draft;
        // A message may have overtaken the list: then what was counted here is newer.
        if (summary.Head < Head)
            return;
        (Head, Last, Read, Unread, Mentions) = (summary.Head, last, Math.Max(summary.Read, Read), summary.Unread, summary.Mentions);
        if (Read >= Head)
            Clear(Head);
        IsMarked = summary.IsMarked;
        At = last?.Timestamp ?? At;
    }

    /// <summary>A message has come. One that the list has counted comes once more while the client catches up.</summary>
    /// <param name="message">It.</param>
    /// <param name="userId">Who looks at the list.</param>
    /// <param name="isSeen">Whether the message is on the screen.</param>
    public void Count(ChatMessage message, int userId, bool isSeen)
    {
        if (message.Seq > 0 && message.Seq <= Head)
            return;
        Head = message.Seq;
        if (message.IsOwn)
            Clear(Head);
        if (message.System is not null || message.IsOwn || isSeen)
            return;
        Unread++;
        if (message.References.IsTo(userId))
            Mentions++;
    }

    /// <summary>The user has read up to here on another device. What is left is not more than the messages above; the next list has the exact number.</summary>
    public void ReadElsewhere(long read)
    {
        if (read >= Head)
            Clear(Head);
        else
            (Read, Unread, Mentions, IsMarked) = (Math.Max(read, Read), Math.Min(Unread, Head - read), Math.Min(Mentions, Head - read), false);
    }

    /// <summary>The user has seen all of it.</summary>
    public void Clear(long read) => (Read, Unread, Mentions, IsMarked) = (Math.Max(read, Read), 0, 0, false);
}
