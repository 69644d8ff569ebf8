namespace Chat.Protocol;

/// <summary>The numbers in <c>msgid</c>. 1 to 10 are the legacy ones, 100 and up are ours (docs/PROTOCOL.md).</summary>
public static class MessageKind
{
    /// <summary>Client to server: log in.</summary>
    public const int Login = 1;

    /// <summary>Server to client: answer to <see cref="Login"/>.</summary>
    public const int LoginAck = 2;

    /// <summary>Client to server: log out, keep the connection.</summary>
    public const int Logout = 3;

    /// <summary>Client to server: create an account.</summary>
    public const int Register = 4;

    /// <summary>Server to client: answer to <see cref="Register"/>.</summary>
    public const int RegisterAck = 5;

    /// <summary>Both directions: a message to one user.</summary>
    public const int DirectChat = 6;

    /// <summary>Client to server: add a friend.</summary>
    public const int AddFriend = 7;

    /// <summary>Client to server: create a group.</summary>
    public const int CreateGroup = 8;

    /// <summary>Client to server: join a group.</summary>
    public const int JoinGroup = 9;

    /// <summary>Both directions: a message to a group.</summary>
    public const int GroupChat = 10;

    /// <summary>Client to server: announces the modern protocol.</summary>
    public const int Hello = 100;

    /// <summary>Server to client: answer to <see cref="Hello"/>.</summary>
    public const int HelloAck = 101;

    /// <summary>Server to client: the one reply to every other request.</summary>
    public const int Reply = 102;

    /// <summary>Client to server: everything up to a number has been received. No reply.</summary>
    public const int Received = 103;

    /// <summary>Client to server: are you there.</summary>
    public const int Ping = 104;

    /// <summary>Server to client: answer to <see cref="Ping"/>.</summary>
    public const int Pong = 105;

    /// <summary>Server to client: this connection is about to end, reconnect elsewhere.</summary>
    public const int GoAway = 106;

    /// <summary>Client to server: messages of one conversation.</summary>
    public const int FetchHistory = 107;

    /// <summary>Client to server: which conversations changed.</summary>
    public const int Sync = 108;

    /// <summary>Client to server: everything up to a number has been read by a person.</summary>
    public const int Read = 109;

    /// <summary>Client to server: the user's settings.</summary>
    public const int GetSettings = 110;

    /// <summary>Client to server: change the user's settings.</summary>
    public const int ChangeSettings = 111;

    /// <summary>Server to client: another session of the user has changed the settings.</summary>
    public const int SettingsChanged = 112;

    /// <summary>Server to client: how far another user has received and read a conversation.</summary>
    public const int Receipt = 113;

    /// <summary>Client to server: who has received and read a message.</summary>
    public const int GetReceipts = 114;

    /// <summary>Client to server: whose presence and whose typing to be told.</summary>
    public const int Watch = 115;

    /// <summary>Server to client: how users who are watched are now.</summary>
    public const int Presence = 116;

    /// <summary>Client to server: whether somebody sits in front of this device.</summary>
    public const int SetPresence = 117;

    /// <summary>Both directions: somebody types.</summary>
    public const int Typing = 118;

    /// <summary>Client to server: whom the user knows.</summary>
    public const int ListContacts = 119;

    /// <summary>Client to server: add, ask, remove, block another user.</summary>
    public const int ChangeContact = 120;

    /// <summary>Server to client: somebody is something else to the user than before.</summary>
    public const int ContactChanged = 121;

    /// <summary>Client to server: who users are, by ids or by name.</summary>
    public const int GetUsers = 122;

    /// <summary>Client to server: how the user wants to be shown.</summary>
    public const int ChangeProfile = 123;

    /// <summary>Client to server: what a group is, and what the user is in it.</summary>
    public const int GetGroup = 124;

    /// <summary>Client to server: the members of a group, page by page.</summary>
    public const int ListMembers = 125;

    /// <summary>Client to server: what a group is, or that there is none any more.</summary>
    public const int ChangeGroup = 126;

    /// <summary>Client to server: who is in a group, and as what.</summary>
    public const int ChangeMembers = 127;

    /// <summary>Client to server: be no member of a group any more.</summary>
    public const int LeaveGroup = 128;

    /// <summary>Client to server: who waits to be let into a group, and what becomes of them.</summary>
    public const int JoinRequests = 129;

    /// <summary>Server to client: what the user is to a group has changed.</summary>
    public const int GroupChanged = 130;

    /// <summary>Client to server: edit, recall, pin a message, or react to it.</summary>
    public const int ChangeMessage = 131;

    /// <summary>Server to client: a message was changed.</summary>
    public const int MessageChanged = 132;

    /// <summary>Client to server: which messages of one conversation were changed.</summary>
    public const int FetchChanges = 133;

    /// <summary>Client to server: the user's conversations as a client shows them, page by page.</summary>
    public const int ListConversations = 134;

    /// <summary>Client to server: archive a conversation, mark it as unread, clear it, keep a draft.</summary>
    public const int ChangeConversation = 135;

    /// <summary>Server to client: another session of the user has done that.</summary>
    public const int ConversationChanged = 136;

    /// <summary>Client to server: messages with some words.</summary>
    public const int Search = 137;

    /// <summary>Client to server: a file is to be sent.</summary>
    public const int StartUpload = 138;

    /// <summary>Client to server: the devices on which the user is logged in.</summary>
    public const int ListDevices = 139;

    /// <summary>Client to server: what a device is called, how it is woken, or that it is logged out.</summary>
    public const int ChangeDevice = 140;

    /// <summary>Client to server: a newer token (JWT) for this session.</summary>
    public const int RefreshToken = 141;

    /// <summary>Server to client: the session's token (JWT) expires soon.</summary>
    public const int TokenExpiring = 142;

    /// <summary>Client to server: somebody is to look at a message.</summary>
    public const int Report = 143;

    /// <summary>Client to server: the user's groups, page by page.</summary>
    public const int ListGroups = 144;

    /// <summary>Client to server: the user's friends, page by page.</summary>
    public const int ListFriends = 145;
}
