using Chat.Protocol;
using ChatActors.Client;

namespace Chat.Client.Terminal;

/// <summary>What came of a command.</summary>
abstract record CommandOutcome;

/// <summary>It failed; <c>Code</c> is <see cref="ErrorCode.None"/> when no server said so.</summary>
sealed record CommandFailed(ErrorCode Code, string Reason) : CommandOutcome;

/// <summary>It succeeded, and there is nothing more to say than this.</summary>
record CommandDone(string Text) : CommandOutcome;

/// <summary>To whom plain lines go from now on; null: to nobody.</summary>
sealed record TargetChosen(ConversationId? Target, string Text) : CommandDone(Text);

/// <summary>A conversation is shown otherwise; other sessions are told, this one is not.</summary>
sealed record ConversationKept(ConversationChanged Change, string Text) : CommandDone(Text);

/// <summary>An account was created.</summary>
sealed record AccountCreated(int UserId, string Name) : CommandOutcome;

/// <summary>A login succeeded.</summary>
sealed record UserLoggedIn(LoginResult Login) : CommandOutcome;

/// <summary>A message was acknowledged.</summary>
sealed record MessageSent(SentMessage Message, string Receiver, string Text) : CommandOutcome;

/// <summary>A message is as it was to be; what has changed is told by an event.</summary>
sealed record MessageChangeStored(ConversationId Conversation, long Seq, ChangeResult Change) : CommandOutcome;

/// <summary>A group was created.</summary>
sealed record GroupCreated(int GroupId, string Name) : CommandOutcome;

/// <summary>Messages from the history.</summary>
/// <param name="Page">They.</param>
/// <param name="Peer">How far the other one of two users is; null in a group.</param>
sealed record HistoryFetched(HistoryPage Page, PeerMarks? Peer) : CommandOutcome;

/// <summary>The user's conversations.</summary>
sealed record ConversationsListed(ConversationPage Page) : CommandOutcome;

/// <summary>Messages with the words that were looked for.</summary>
sealed record MessagesFound(SearchReply Reply) : CommandOutcome;

/// <summary>Who is known.</summary>
sealed record ContactsListed(IReadOnlyList<ContactEntry> Users) : CommandOutcome;

/// <summary>The user's groups.</summary>
sealed record GroupsListed(IReadOnlyList<GroupEntry> Groups) : CommandOutcome;

/// <summary>What others are to the user, with their names.</summary>
sealed record RelationsListed(IReadOnlyList<(UserContact Contact, string Name)> Contacts) : CommandOutcome;

/// <summary>Where the user is logged in.</summary>
sealed record DevicesListed(IReadOnlyList<UserDevice> Devices) : CommandOutcome;

/// <summary>Who waits to be let into a group.</summary>
sealed record JoinRequestsListed(int GroupId, IReadOnlyList<JoinRequestEntry> Requests) : CommandOutcome;

/// <summary>Who has received and read a message.</summary>
sealed record ReceiptsShown(ConversationId Conversation, long Seq, ReceiptsReply Receipts) : CommandOutcome;

/// <summary>How others see the user.</summary>
sealed record ProfileShown(UserProfile Profile) : CommandOutcome;

/// <summary>The user's settings, perhaps just changed.</summary>
sealed record SettingsShown(UserSettings Settings) : CommandOutcome;

/// <summary>Where the client stands.</summary>
sealed record StatusShown(int? UserId, string? Name, ChatEndpoint? Endpoint, string? Node, bool IsConnected) : CommandOutcome;

/// <summary>The list of commands.</summary>
sealed record HelpShown : CommandOutcome;
