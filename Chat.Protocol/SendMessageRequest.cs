using System.Text;

namespace Chat.Protocol;

/// <summary>
/// 6 and 10: a message to a user or a group. Keeps the bytes of the object that was sent, so that the text goes to its
/// receivers as it came, and builds from them the <see cref="ChatBody"/> that is logged and delivered.
/// </summary>
public sealed record SendMessageRequest : Request
{
    /// <summary>The longest <c>time</c>, in bytes.</summary>
    public const int MaxTimeBytes = 64;

    /// <summary>The longest <c>cmid</c>, in code points.</summary>
    public const int MaxCmidCodePoints = 64;

    readonly ChatObjectTokens _tokens;

    internal SendMessageRequest(ChatObjectTokens tokens) => _tokens = tokens;

    /// <summary>Whether it is for a group (10), else for a user (6).</summary>
    public bool IsGroup { get; internal init; }

    /// <summary>The user's or the group's id.</summary>
    public int TargetId { get; internal init; }

    /// <summary>The <c>id</c> in the object: must be the session's own.</summary>
    public int? SenderId { get; internal init; }

    /// <summary>The client's own message id, which a retry repeats.</summary>
    public string? Cmid { get; internal init; }

    /// <summary>Size of the text in UTF-8, escapes undone.</summary>
    public int TextBytes { get; internal init; }

    /// <summary>Whether the <c>name</c> in the object is missing or this one.</summary>
    public bool IsFrom(ChatSender sender) => _tokens.NameIsMissingOr(sender.Name);

    /// <summary>The object as it is logged and delivered: canonical, with what the sender left out filled in.</summary>
    public ChatBody BuildBody(ChatSender sender) => _tokens.Compose(IsGroup, TargetId, sender);
}

/// <summary>Who sends: the id and name of the logged-in user.</summary>
public sealed class ChatSender(int id, string name)
{
    /// <summary>The user's id.</summary>
    public int Id => id;

    /// <summary>The user's name.</summary>
    public string Name => name;

    /// <summary>The name as a JSON token.</summary>
    public ReadOnlyMemory<byte> NameToken { get; } = JsonText.Quote(name);

    /// <summary>The id in digits.</summary>
    public ReadOnlyMemory<byte> IdToken { get; } = Encoding.UTF8.GetBytes(id.ToString());
}
