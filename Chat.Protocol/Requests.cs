
namespace Chat.Protocol;

/// <summary>
/// What a request carried as <c>ref</c>: the JSON token (an integer or a string) as it was sent, to be repeated in the
/// reply. The default is "no ref".
/// </summary>
public readonly record struct RequestRef(ReadOnlyMemory<byte> Token)
{
    /// <summary>The longest token, in bytes.</summary>
    public const int MaxBytes = 128;

    /// <summary>Whether there is no <c>ref</c>.</summary>
    public bool IsNone => Token.IsEmpty;

    /// <summary>Whether a JSON token is an integer or a string, and short enough.</summary>
    internal static bool IsValid(ReadOnlySpan<byte> token)
    {
        if (token.IsEmpty || token.Length > MaxBytes)
            return false;
        var digits = token[0] == '-' ? token[1..] : token;
        return token[0] == '"' || !digits.ContainsAnyExceptInRange((byte)'0', (byte)'9');
    }
}

/// <summary>One object from a client, read by <see cref="RequestReader"/>.</summary>
public abstract record Request
{
    /// <summary>The <c>ref</c> that the reply repeats.</summary>
    public RequestRef Ref { get; init; }
}

/// <summary>A request of a user who is logged in, other than a message.</summary>
public abstract record UserRequest : Request
{
    /// <summary>Whose the request says it is: must be the session's own.</summary>
    public SenderClaim Claim { get; init; }
}

/// <summary>The <c>id</c> and <c>name</c> in a request, each of which may be left out.</summary>
public readonly record struct SenderClaim(int? Id, string? Name);

/// <summary>100: the modern protocol from here on.</summary>
public sealed record HelloRequest(int Protocol, string Client) : Request;

/// <summary>1: by <c>id</c> or <c>name</c> with <c>password</c>, or by <c>token</c>. What else is given must belong to the same user.</summary>
public sealed record LoginRequest(int? Id, string? Name, string? Password, string? Token) : Request;

/// <summary>3: log out; the resume token is revoked.</summary>
public sealed record LogoutRequest : UserRequest;

/// <summary>4: create an account.</summary>
public sealed record RegisterRequest(string Name, string Password) : Request;

/// <summary>7: add a friend.</summary>
public sealed record AddFriendRequest(int FriendId) : UserRequest;

/// <summary>8: create a group.</summary>
public sealed record CreateGroupRequest(string Name, string Description) : UserRequest;

/// <summary>9: join a group.</summary>
public sealed record JoinGroupRequest(int GroupId) : UserRequest;

/// <summary>103: everything of a conversation up to <c>Seq</c>, or a queued message without a number, has arrived.</summary>
public sealed record ReceivedRequest(ConversationId? Conversation, long Seq, long? OfflineId) : UserRequest;

/// <summary>109: a person has read everything up to <c>Seq</c>.</summary>
public sealed record ReadRequest(ConversationId Conversation, long Seq) : UserRequest;

/// <summary>104: are you there.</summary>
public sealed record PingRequest : Request;

/// <summary>107: messages after or before a number, ascending.</summary>
public sealed record FetchHistoryRequest(ConversationId Conversation, long? After, long? Before, int Limit) : UserRequest;

/// <summary>108: what changed since a token.</summary>
public sealed record SyncRequest(string? Since) : UserRequest;

/// <summary>110: the user's settings.</summary>
public sealed record GetSettingsRequest : UserRequest;

/// <summary>111: change the user's settings.</summary>
public sealed record ChangeSettingsRequest(SettingsChange Change) : UserRequest;

/// <summary>125: the members of a group whose ids are above <c>After</c>, ascending.</summary>
public sealed record ListMembersRequest(int GroupId, int After, int Limit) : UserRequest;

/// <summary>144: the user's groups whose ids are above <c>After</c>, ascending.</summary>
public sealed record ListGroupsRequest(int After, int Limit) : UserRequest;

/// <summary>145: the user's friends whose ids are above <c>After</c>, ascending.</summary>
public sealed record ListFriendsRequest(int After, int Limit) : UserRequest;

/// <summary>A number that no request has.</summary>
public sealed record UnknownRequest(int Kind) : Request;

/// <summary>Not a valid request; <c>Reason</c> says what was wrong and what was expected.</summary>
public sealed record InvalidRequest(ErrorCode Error, string Reason) : Request
{
    /// <summary>The <c>msgid</c> of it, if that was found.</summary>
    public int Kind { get; init; }

    /// <summary>No further object can be found in the stream.</summary>
    public bool IsFatal { get; init; }
}
