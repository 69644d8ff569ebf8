using Chat.Protocol;

namespace ChatActors.Client;

/// <summary>
/// A message was edited, recalled, pinned or reacted to, by anybody, this client included. What is null did not change. It comes after the message itself,
/// unless that is older than what this client has seen. While the client was away several changes may have become one, and one may be told a second time.
/// </summary>
/// <param name="Conversation">Where the message is.</param>
/// <param name="Seq">Its number there.</param>
/// <param name="Rev">The number of the change in its conversation.</param>
public sealed record MessageChanged(ConversationId Conversation, long Seq, long Rev) : ChatEvent
{
    /// <summary>Who has changed it, of several the last; 0 when it was fetched later: then it is not known.</summary>
    public int By { get; init; }

    /// <summary>What it says now.</summary>
    public string? Text { get; init; }

    /// <summary>When that was written, in milliseconds since 1970 UTC.</summary>
    public long Edited { get; init; }

    /// <summary>Whom it mentions now, where <see cref="Text"/> says what it says.</summary>
    public MessageReferences Mentions { get; init; } = MessageReferences.None;

    /// <summary>Who took it back, and when: its text is gone.</summary>
    public Recalled? Recalled { get; init; }

    /// <summary>Whether it is pinned now.</summary>
    public bool? IsPinned { get; init; }

    /// <summary>All reactions that it has now, and of how many users each is.</summary>
    public IReadOnlyDictionary<string, int>? Reactions { get; init; }

    /// <summary>The newest of what became of the reactions, the last one last; at most 10.</summary>
    public IReadOnlyList<ReactionNews> Who { get; init; } = [];

    /// <summary>All that the user has reacted with; null when only <see cref="Who"/> tells it.</summary>
    public IReadOnlyList<string>? Mine { get; init; }

    internal static MessageChanged Of(MessageChangedPush push) => new(push.Conversation, push.Seq, push.Rev)
    {
        By = push.By,
        Text = push.Text,
        Edited = push.Edited,
        Mentions = push.Mentions,
        Recalled = push.Recalled,
        IsPinned = push.IsPinned,
        Reactions = push.Reactions,
        Who = push.Who,
    };

    internal static MessageChanged Of(ConversationId conversation, MessageState state) => new(conversation, state.Seq, state.Rev)
    {
        Text = state.Text,
        Edited = state.Edited,
        Mentions = state.Mentions,
        Recalled = state.Recalled,
        IsPinned = state.IsPinned,
        Reactions = state.Reactions,
        Mine = state.Mine,
    };
}
