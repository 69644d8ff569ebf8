using Chat.Protocol;

namespace Chat.Checker.Population;

/// <summary>What a client of the population looks at in an object from a node.</summary>
sealed class ServerFrame
{
    public int Kind;
    public long Ref;
    public int Errno;
    public bool CanRetry;
    public string Reason = "";
    public ConversationId Conversation;
    public long Seq;
    public long Ts;
    public int Id;
    public int ToId;
    public int GroupId;
    public bool HasText;

    /// <summary>The number of the message in the text, -1 for a text that is none of ours.</summary>
    public int Number;

    /// <summary>The number in the cmid, -1 if there is none of ours (a legacy client's message).</summary>
    public int CmidNumber;
    public string Token = "";
    public int After;
    public bool HasMore;

    /// <summary>Of 108: how far a conversation has come.</summary>
    public List<(ConversationId Conversation, long Head)> Heads { get; } = [];

    /// <summary>Of 107, and of a legacy login ack.</summary>
    public List<ServerFrame> Messages { get; } = [];

    /// <summary>The conversation of a chat, which a legacy client has to work out.</summary>
    public ConversationId ConversationOfChat =>
        Conversation != default ? Conversation
        : Kind == MessageKind.GroupChat && GroupId > 0 ? ConversationId.Group(GroupId)
        : Id > 0 && ToId > 0 ? ConversationId.Direct(Id, ToId) : default;

    /// <summary>The message, if text and cmid agree on it.</summary>
    public int NumberOfChat => CmidNumber >= 0 && CmidNumber != Number ? -1 : Number;

    public void Clear()
    {
        (Kind, Ref, Errno, CanRetry, Reason, Conversation, Seq, Ts) = (0, 0, 0, false, "", default, 0, 0);
        (Id, ToId, GroupId, HasText, Number, CmidNumber, Token, After, HasMore) = (0, 0, 0, false, -1, -1, "", 0, false);
        Heads.Clear();
        Messages.Clear();
    }
}
