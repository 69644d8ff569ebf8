namespace Chat.Protocol;

/// <summary>
/// Why the server ends a WebSocket: the code of its close frame, beside a reason for people. Over TCP the connection just ends. Codes from
/// 4000 on are this protocol's own; a client may connect again after each of them but those that it could only repeat.
/// </summary>
public enum CloseCode
{
    /// <summary>The client has closed, and has its answers.</summary>
    Normal = 1000,

    /// <summary>The node goes down; <see cref="MessageKind.GoAway"/> came before.</summary>
    GoingAway = 1001,

    /// <summary>A binary message: only text is spoken.</summary>
    UnsupportedData = 1003,

    /// <summary>The first object is no hello: the legacy protocol is for TCP.</summary>
    HelloExpected = 4000,

    /// <summary>The hello's version is too low, or no end of an object is in sight.</summary>
    BadInput = 4001,

    /// <summary>Nobody has logged in in time.</summary>
    LoginTimeout = 4002,

    /// <summary>Nothing was received for too long.</summary>
    Idle = 4003,

    /// <summary>The client does not read what it is sent.</summary>
    SlowConsumer = 4004,

    /// <summary>Another connection has logged in with the same token.</summary>
    Replaced = 4005,

    /// <summary>The user has as many sessions as allowed, and another one has this one's place.</summary>
    PlaceLost = 4006,

    /// <summary>Something behind is down or busy, and the client cannot be told in another way.</summary>
    Unavailable = 4007,

    /// <summary>The login is over: its token has expired, or the user was logged out everywhere; <see cref="MessageKind.GoAway"/> came before.</summary>
    LoginOver = 4008,
}
