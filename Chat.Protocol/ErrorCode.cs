namespace Chat.Protocol;

/// <summary>Every <c>errno</c> that a server sends (docs/PROTOCOL.md lists them with their meaning).</summary>
public enum ErrorCode
{
    /// <summary>Success.</summary>
    None = 0,

    /// <summary>Login: wrong id or password. Register, create group: the name is taken.</summary>
    Rejected = 1,

    /// <summary>The account has as many sessions as it may have, or this connection is logged in already.</summary>
    AlreadyOnline = 2,

    /// <summary>The request needs a login.</summary>
    NotLoggedIn = 3,

    /// <summary>Not JSON, not an object, a key missing or of the wrong type.</summary>
    Malformed = 4,

    /// <summary>No request has this <c>msgid</c>.</summary>
    UnknownRequest = 5,

    /// <summary>Somebody else's id or name, or a conversation of others.</summary>
    NotYours = 6,

    /// <summary>No such user or group.</summary>
    NotFound = 7,

    /// <summary>The frame, the text, a name or a list is over its limit.</summary>
    TooLarge = 8,

    /// <summary>Over a rate limit.</summary>
    TooFast = 9,

    /// <summary>Something behind the server is down or busy: send it again.</summary>
    Unavailable = 10,

    /// <summary>The server keeps no history (<c>Chat:History:Enabled=false</c>).</summary>
    HistoryOff = 11,

    /// <summary>The other user has blocked this one.</summary>
    Blocked = 12,

    /// <summary>
    /// Not allowed here, or not to you: registration is switched off (<c>Chat:Accounts:Registration=off</c>), the product's own server has denied the
    /// message, the message is another's, or a group's roles, bans or rules do not let you.
    /// </summary>
    Forbidden = 13,

    /// <summary>The token (JWT) has expired: a new one from its issuer is needed.</summary>
    Expired = 14,

    /// <summary>The time in which a message may be edited or recalled is over.</summary>
    TooLate = 15,

    /// <summary>As many as may be: the members of a group, or those who wait to be let in.</summary>
    Full = 16,

    /// <summary>There is no such thing here: typing in a group that is too large for it, search where it is switched off, a history that new members do not see.</summary>
    Off = 17,
}

/// <summary>What an <see cref="ErrorCode"/> means to a client.</summary>
public static class ErrorCodes
{
    /// <summary>Whether the same request may succeed later, so that a client should send it again.</summary>
    public static bool IsRetryable(this ErrorCode code) => code is ErrorCode.TooFast or ErrorCode.Unavailable;
}
