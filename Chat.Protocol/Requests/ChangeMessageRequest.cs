using System.Text.Json;

namespace Chat.Protocol;

/// <summary>What is done to a message.</summary>
public enum ChangeKind
{
    /// <summary>It says something else from now on.</summary>
    Edit,

    /// <summary>It is taken back: its text is gone.</summary>
    Recall,

    /// <summary>The user reacts with an emoji.</summary>
    React,

    /// <summary>The user takes the reaction back.</summary>
    Unreact,

    /// <summary>It is pinned in its conversation, for everybody.</summary>
    Pin,

    /// <summary>It is pinned no longer.</summary>
    Unpin,
}

/// <summary>131: change message <c>Seq</c> of a conversation. Asking twice is harmless.</summary>
/// <param name="Conversation">Where it is.</param>
/// <param name="Seq">Its number there.</param>
/// <param name="Kind">What is done to it.</param>
/// <param name="Text">Of an edit the new text, of a reaction the emoji; else empty.</param>
public sealed record ChangeMessageRequest(ConversationId Conversation, long Seq, ChangeKind Kind, string Text = "") : UserRequest
{
    /// <summary>The longest reaction, in bytes of UTF-8: some emojis are sequences of many.</summary>
    public const int MaxReactionBytes = 64;

    /// <summary>Whom the edited message mentions; null: those whom it has mentioned before.</summary>
    public MessageReferences? Mentions { get; init; }

    internal override int Number => MessageKind.ChangeMessage;

    internal override void WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteString("conversation", Conversation.ToString());
        writer.WriteNumber("seq", Seq);
        switch (Kind)
        {
            case ChangeKind.Edit:
                writer.WriteStartObject("edit");
                writer.WriteText("msg", Text);
                Mentions?.WriteMentions(writer);
                writer.WriteEndObject();
                break;
            case ChangeKind.Recall:
                writer.WriteBoolean("recall", true);
                break;
            case ChangeKind.React:
                writer.WriteText("react", Text);
                break;
            case ChangeKind.Unreact:
                writer.WriteText("unreact", Text);
                break;
            default:
                writer.WriteBoolean("pin", Kind == ChangeKind.Pin);
                break;
        }
    }
}
