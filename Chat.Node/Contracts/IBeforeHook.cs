using Chat.Protocol;

namespace Chat.Node.Contracts;

/// <summary>The port through which messages and edits are shown to the product's own server before they are accepted.</summary>
interface IBeforeHook
{
    /// <summary>Asks about a message. Never fails, and takes little more than a second, whatever the server does. Safe from any thread.</summary>
    Task<HookVerdict> AskAsync(BeforeMessage message);

    /// <summary>The same about another text of a message.</summary>
    Task<HookVerdict> AskAsync(BeforeEdit edit);
}

/// <summary>A message that somebody wants to send.</summary>
/// <param name="Conversation">Where it is to go.</param>
/// <param name="Sender">In whose name.</param>
/// <param name="Cmid">Its id.</param>
/// <param name="MayComeAgain">Its sender knows the cmid, and may repeat it: also what was accepted before.</param>
/// <param name="Body">As it would be logged and delivered.</param>
sealed record BeforeMessage(ConversationId Conversation, int Sender, string Cmid, bool MayComeAgain, ChatBody Body)
{
    /// <summary>What it refers to.</summary>
    public MessageReferences References { get; init; } = MessageReferences.None;
}

/// <summary>Another text that somebody wants a message to have.</summary>
/// <param name="Conversation">Where the message is.</param>
/// <param name="Sender">Who asks for it: one of two users, or somebody in a group, perhaps none of its members.</param>
/// <param name="Seq">The message's number, if there is one.</param>
/// <param name="Text">The new text.</param>
sealed record BeforeEdit(ConversationId Conversation, int Sender, long Seq, string Text);

/// <summary>What is to be done with a message.</summary>
enum HookAction
{
    /// <summary>It goes on, perhaps with another text.</summary>
    Allow,

    /// <summary>It is refused for good.</summary>
    Deny,

    /// <summary>Nobody has said, and without a word it is not sent: it may come again.</summary>
    Postpone,
}

/// <summary>What the product's own server says about a message, or what its silence means.</summary>
/// <param name="Action">What is to be done.</param>
/// <param name="Reason">Why it is not sent, for the sender.</param>
/// <param name="Text">The text that is sent instead; null: what the sender wrote.</param>
readonly record struct HookVerdict(HookAction Action, string Reason = "", string? Text = null)
{
    /// <summary>What a message that is refused for good is answered with.</summary>
    public ErrorCode Error { get; init; } = ErrorCode.Forbidden;

    public static HookVerdict Allowed => new(HookAction.Allow);
}
