using System.Collections.ObjectModel;
using Chat.Protocol;

namespace ChatActors.Client;

/// <summary>A message, as it was pushed or fetched.</summary>
/// <param name="Conversation">Where it belongs.</param>
/// <param name="Seq">Its number there; 0 when the server keeps no history.</param>
/// <param name="SenderId">Who sent it; 0: nobody, it is a <see cref="System"/> message.</param>
/// <param name="SenderName">The sender's name at that time.</param>
/// <param name="Text">What it says.</param>
public sealed record ChatMessage(ConversationId Conversation, long Seq, int SenderId, string SenderName, string Text)
{
    /// <summary>The id that the sender gave it.</summary>
    public string? Cmid { get; init; }

    /// <summary>When the server accepted it, in milliseconds since 1970 UTC; 0 when unknown.</summary>
    public long Timestamp { get; init; }

    /// <summary>The sender's own idea of the time, else the server's.</summary>
    public string Time { get; init; } = "";

    /// <summary>What has become of the group, if nobody has sent the message; else null. <see cref="Text"/> says the same for people, in English.</summary>
    public SystemMessage? System { get; init; }

    /// <summary>Whether another session of this user sent it.</summary>
    public bool IsOwn { get; init; }

    /// <summary>What it answers, in which thread it stands, and whom it mentions.</summary>
    public MessageReferences References { get; init; } = MessageReferences.None;

    /// <summary>
    /// The thread that has begun with it, as it was when it was fetched; null: none had, or nobody said. A message of the thread above
    /// <see cref="ThreadSummary.LastReply"/> is one more.
    /// </summary>
    public ThreadSummary? Threaded { get; init; }

    /// <summary>The number of its newest change that is known; 0: none is.</summary>
    public long Rev { get; init; }

    /// <summary>When its text was last edited, in milliseconds since 1970 UTC; 0: never.</summary>
    public long Edited { get; init; }

    /// <summary>Who took it back, and when; null: nobody. A recalled message has no text.</summary>
    public Recalled? Recalled { get; init; }

    /// <summary>Whether it is pinned in its conversation, for everybody.</summary>
    public bool IsPinned { get; init; }

    /// <summary>How many users have reacted with what.</summary>
    public IReadOnlyDictionary<string, int> Reactions { get; init; } = ReadOnlyDictionary<string, int>.Empty;

    /// <summary>What the user has reacted with.</summary>
    public IReadOnlyList<string> Mine { get; init; } = [];

    /// <summary>Its files; get them with <see cref="ChatClientFiles.DownloadAsync"/>.</summary>
    public IReadOnlyList<MessageAttachment> Attachments { get; init; } = [];

    /// <summary>The message as it is after a change; itself, if it is of another message or this one has it already.</summary>
    /// <param name="change">What was told about it.</param>
    /// <param name="userId">Who looks at it: <see cref="Mine"/> is this user's.</param>
    public ChatMessage With(MessageChanged change, int userId)
    {
        ArgumentNullException.ThrowIfNull(change);
        if (change.Conversation != Conversation || change.Seq != Seq || change.Rev <= Rev)
            return this;
        var mine = change.Mine?.ToList() ?? [.. Mine];
        foreach (var news in change.Who.Where(news => news.UserId == userId))
        {
            mine.Remove(news.Emoji);
            if (!news.IsTakenBack)
                mine.Add(news.Emoji);
        }

        var isRecalled = (change.Recalled ?? Recalled) is not null;
        return this with
        {
            Rev = change.Rev,
            Text = isRecalled ? "" : change.Text ?? Text,
            Edited = isRecalled ? 0 : Math.Max(change.Edited, Edited),
            References = isRecalled ? References.Recalled : change.Text is null ? References : References.WithMentionsOf(change.Mentions),
            Recalled = change.Recalled ?? Recalled,
            IsPinned = !isRecalled && (change.IsPinned ?? IsPinned),
            Reactions = isRecalled ? ReadOnlyDictionary<string, int>.Empty : change.Reactions ?? Reactions,
            Mine = isRecalled ? [] : mine,
            Attachments = isRecalled ? [] : Attachments,
        };
    }

    /// <summary>The row of the offline queue that a queued message without a number came from.</summary>
    internal long OfflineId { get; init; }
}
