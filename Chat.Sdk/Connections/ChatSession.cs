using Chat.Protocol;
using ChatActors.Client.Messages;
using ChatActors.Client.Posts;

namespace ChatActors.Client.Connections;

/// <summary>What outlives a connection: the messages for the application, the marks for the server, the unacknowledged posts.</summary>
sealed class ChatSession : IConnectionOwner, IDisposable
{
    public ChatSession(ChatClientOptions options, CmidSource cmids)
    {
        Marks = new(options.TimeProvider, options.MarkInterval);
        Inbox = new(options, cmids, Marks);
        Posts = new(options, Inbox, cmids);
        CatchUp = new(Inbox, options);
    }

    public Inbox Inbox { get; }

    public ReceivedMarks Marks { get; }

    public PostSender Posts { get; }

    public CatchUp CatchUp { get; }

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

    public void OnMarkRefused(ChatConnection connection, ConversationId conversation, long head) =>
        Inbox.Change(cursors => cursors.NoteServerHead(conversation, head));

    public void OnSettingsChanged(ChatConnection connection, UserSettings settings) => Inbox.Notify(new SettingsChanged(settings));

    public void OnGoAway(ChatConnection connection, string reason, TimeSpan after)
    {
        Inbox.Notify(new GoingAway(reason, after));
        connection.RetireAfter(after);
    }

    public void Dispose()
    {
        Posts.Dispose();
        Marks.Dispose();
        Inbox.Dispose();
    }
}
