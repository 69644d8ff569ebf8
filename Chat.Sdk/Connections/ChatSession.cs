using Chat.Protocol;
using ChatActors.Client.Messages;
using ChatActors.Client.Posts;

namespace ChatActors.Client.Connections;

/// <summary>What outlives a connection: the messages for the application, the marks for the server, the unacknowledged posts.</summary>
sealed class ChatSession : IConnectionOwner, IDisposable
{
    /// <summary>The server ends such a connection itself, when it has answered what was sent before.</summary>
    static readonly TimeSpan LastAnswers = TimeSpan.FromSeconds(2);

    ChatException? _loginOver;

    public ChatSession(ChatClientOptions options, CmidSource cmids)
    {
        Marks = new(options.TimeProvider, options.MarkInterval);
        Inbox = new(options, cmids, Marks);
        Posts = new(options, Inbox, cmids);
        CatchUp = new(Inbox, options);
        Tokens = new(options);
    }

    public Inbox Inbox { get; }

    public ReceivedMarks Marks { get; }

    public PostSender Posts { get; }

    public CatchUp CatchUp { get; }

    public TokenSource Tokens { get; }

    /// <summary>Why the server has ended the login for good; null while it has not.</summary>
    public ChatException? LoginOver
    {
        get => Volatile.Read(ref _loginOver);
        set => Volatile.Write(ref _loginOver, value);
    }

    /// <summary>Logged in: posts go out again first, then what was missed is fetched.</summary>
    public void Online(ChatConnection connection, LoginResult login)
    {
        Posts.Online(connection);
        Marks.Online(connection);
        CatchUp.Online(connection, login);
    }

    public void Offline()
    {
        CatchUp.Offline();
        Marks.Offline();
        Posts.Offline();
    }

    public async ValueTask OnPushAsync(ChatConnection connection, ChatMessage message, CancellationToken cancellationToken)
    {
        while (!Inbox.TryOffer(message))
            await Inbox.WaitForRoomAsync(cancellationToken);
    }

    public void OnMessageChanged(MessageChangedPush change) => Inbox.OfferChange(change);

    public void OnMarkRefused(ChatConnection connection, ConversationId conversation, long head) =>
        Inbox.Change(cursors => cursors.NoteServerHead(conversation, head));

    public void OnSettingsChanged(ChatConnection connection, UserSettings settings) => Inbox.Notify(new SettingsChanged(settings));

    public void OnGoAway(ChatConnection connection, GoAwayPush goAway)
    {
        if (!goAway.MayReconnect)
            LoginOver = new ChatException(goAway.Reason == "expired" ? ErrorCode.Expired : ErrorCode.NotLoggedIn, goAway.Reason);
        Inbox.Notify(new GoingAway(goAway.Reason, goAway.After));
        connection.RetireAfter(goAway.MayReconnect ? goAway.After : LastAnswers);
    }

    public void OnTokenExpiring(ChatConnection connection) => _ = Tokens.RefreshAsync(connection);

    public void Dispose()
    {
        Posts.Dispose();
        Marks.Dispose();
        Inbox.Dispose();
    }
}
