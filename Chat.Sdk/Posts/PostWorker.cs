using System.Text.Json;
using Chat.Protocol;
using ChatActors.Client.Connections;
using ChatActors.Client.Messages;
using ChatActors.Client.Timing;

namespace ChatActors.Client.Posts;

/// <summary>
/// Sends posts until each is acknowledged or refused for good, over as many connections as that takes. Any thread.
/// </summary>
sealed class PostWorker : IDisposable
{
    readonly Lock _gate = new();
    readonly Inbox _inbox;
    readonly ChatClientOptions _options;
    readonly CmidSource _cmids;
    readonly PendingPosts _posts;
    readonly ITimer _timer;
    ChatConnection? _connection;

    public PostWorker(ChatClientOptions options, Inbox inbox, CmidSource cmids)
    {
        _options = options;
        _inbox = inbox;
        _cmids = cmids;
        _posts = new(options.MaxUnacknowledged, new BackOff(options.FirstRetryDelay, options.MaxRetryDelay));
        _timer = options.TimeProvider.CreateTimer(_ => Pump(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    TimeSpan Now => _options.TimeProvider.GetElapsedTime(0);

    /// <summary>Posts in a conversation; posts of one conversation arrive in the order of these calls.</summary>
    public async Task<SentMessage> SendAsync(
        ConversationId conversation, int targetId, string text, MessageReferences references, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        PendingPost post;
        lock (_gate)
        {
            if (_posts.Count >= _options.MaxQueuedPosts)
                throw new ChatException(ErrorCode.TooFast, $"{_posts.Count} messages are waiting to be acknowledged");
            var cmid = _cmids.Next();
            post = new(conversation, cmid, requestRef => SendMessageRequest.ToBytes(conversation.IsGroup, targetId, text, cmid, requestRef, references), !references.IsEmpty);
            _posts.Add(post);
            Pump();
        }

        await using var registration = cancellationToken.Register(() => Abandon(post, cancellationToken));
        return await post.Result;
    }

    public void Online(ChatConnection connection)
    {
        lock (_gate)
        {
            _connection = connection;
            Pump();
        }
    }

    public void Offline()
    {
        lock (_gate)
        {
            _connection = null;
            _posts.ConnectionLost();
        }
    }

    /// <summary>There is no login to send with any more.</summary>
    public void FailAll(ChatException reason)
    {
        List<PendingPost> posts;
        lock (_gate)
        {
            _connection = null;
            posts = _posts.Clear();
        }

        foreach (var post in posts)
            post.Fail(reason);
    }

    public void Dispose() => _timer.Dispose();

    void Pump()
    {
        lock (_gate)
        {
            if (_connection is not { } connection)
                return;
            while (_posts.TakeSendable(Now) is { Count: > 0 } sendable)
            {
                foreach (var post in sendable)
                    Send(connection, post);
            }

            if (_posts.NextDue is { } due)
                _timer.Change(due > Now ? due - Now : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }

    void Send(ChatConnection connection, PendingPost post)
    {
        if (post.Refers && !connection.Has(Feature.Replies))
        {
            // It would go out as a plain message with keys that mean nothing.
            _posts.Finish(post);
            post.Fail(new ChatException(ErrorCode.UnknownRequest, "this server knows nothing of replies and mentions"));
            return;
        }

        var requestRef = connection.NextRef();
        var frame = post.ToFrame(requestRef);
        var limit = connection.Hello.MaxFrameBytes;
        if (limit > 0 && frame.Length > limit)
        {
            // Such a frame would end every connection that it is tried on.
            _posts.Finish(post);
            post.Fail(new ChatException(ErrorCode.TooLarge, $"the message takes {frame.Length} bytes, the server accepts {limit}"));
            return;
        }

        connection.TrySend(frame, requestRef, new PostReply(this, connection, post) { Timeout = _options.ReplyTimeout });
    }

    void Abandon(PendingPost post, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (post.Stage == PostStage.Done)
                return;
            _posts.Abandon(post);
            Pump();
        }

        post.Cancel(cancellationToken);
    }

    void OnReply(ChatConnection connection, PendingPost post, JsonElement reply)
    {
        var failure = WireMapping.FindFailure(reply);
        lock (_gate)
        {
            // A reply that was still being read when its connection was given up: the post is on its way again.
            if (connection != _connection || post.Stage != PostStage.OnWire)
                return;
            if (failure is { Code: ErrorCode.NotLoggedIn })
            {
                connection.Abort(new("the server has forgotten the login", failure));
                return;
            }

            if (failure is { IsRetryable: true })
            {
                _posts.Refuse(post, Now);
                Pump();
                return;
            }

            _posts.Finish(post);
            Pump();
        }

        if (failure is not null)
        {
            post.Fail(failure);
            return;
        }

        var (_, seq, ts) = AcceptedReply.Read(reply);
        if (seq > 0)
            _inbox.Change(cursors => cursors.NoteOwn(post.Conversation, seq, ts));
        post.Succeed(seq, ts);
    }

    sealed class PostReply(PostWorker sender, ChatConnection connection, PendingPost post) : PendingReply
    {
        public override void OnReply(JsonElement reply) => sender.OnReply(connection, post, reply);

        public override void OnLost(ChatException reason)
        {
            // The post stays: it is sent again on the next connection.
        }
    }
}
