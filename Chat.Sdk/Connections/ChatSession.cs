using System.Text.Json;
using Chat.Protocol;
using ChatActors.Client.Messages;
using ChatActors.Client.Posts;
using ChatActors.Client.Watching;

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
        Watcher = new(options, Inbox);
    }

    public Inbox Inbox { get; }

    public ReceivedMarks Marks { get; }

    public PostWorker Posts { get; }

    public CatchUp CatchUp { get; }

    public TokenSource Tokens { get; }

    public Watcher Watcher { get; }

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
        Watcher.Online(connection, login.Id);
    }

    public void Offline()
    {
        Watcher.Offline();
        CatchUp.Offline();
        Marks.Offline();
        Posts.Offline();
    }

    public async ValueTask OnPushAsync(ChatConnection connection, ChatMessage message, CancellationToken cancellationToken)
    {
        while (!Inbox.TryOffer(message))
            await Inbox.WaitForRoomAsync(cancellationToken);
    }

    public void OnNews(long kind, JsonElement push)
    {
        switch (kind)
        {
            case MessageKind.MessageChanged:
                Inbox.OfferChange(MessageChangedPush.Read(push));
                break;
            case MessageKind.SettingsChanged:
                Inbox.Notify(new SettingsChanged(SettingsFrames.Read(push)));
                break;
            case MessageKind.Receipt:
                if (GroupReceiptPush.Find(push) is { } group)
                    Inbox.Notify(new GroupReadersChanged(group.Conversation, group.Readers));
                else
                    Watcher.OnReceipt(ReceiptPush.Of(push));
                break;
            case MessageKind.Presence:
                Watcher.OnPresence(PresencePush.Read(push).Users);
                break;
            case MessageKind.Typing:
                Watcher.OnTyping(TypingPush.Read(push));
                break;
            case MessageKind.ConversationChanged:
                Inbox.Notify(ConversationReadPush.Find(push) is { } read ? new ConversationRead(read.Conversation, read.Read) : ToEvent(ConversationChangedPush.Of(push)));
                break;
            case MessageKind.GroupChanged:
                Inbox.Notify(new GroupChanged(GroupChangedPush.Of(push)));
                break;
            case MessageKind.ContactChanged:
                var changed = ContactChangedPush.Of(push);
                Inbox.Notify(new ContactChanged(changed.Contact) { Rev = changed.Rev });
                break;
        }
    }

    public void OnMarkRefused(ChatConnection connection, ConversationId conversation, long head) =>
        Inbox.Change(cursors => cursors.NoteServerHead(conversation, head));

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
        Watcher.Dispose();
        Posts.Dispose();
        Marks.Dispose();
        Inbox.Dispose();
    }

    static ConversationChanged ToEvent(ConversationChangedPush push) => new(push.Conversation)
    {
        IsArchived = push.IsArchived,
        IsMarked = push.IsMarked,
        Floor = push.Floor,
        Draft = push.Draft ?? "",
    };
}
