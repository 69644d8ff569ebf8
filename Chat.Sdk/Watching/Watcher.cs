using Chat.Protocol;
using ChatActors.Client.Connections;
using ChatActors.Client.Messages;
using ChatActors.Client.Timing;

namespace ChatActors.Client.Watching;

/// <summary>
/// What lasts as long as a connection and is said again on the next one: whom the application watches, and that nobody sits in front of this device. And how
/// far others are, which is not repeated by the server, and learnt from the list.
/// </summary>
sealed class Watcher(ChatClientOptions options, Inbox inbox) : IDisposable
{
    const int MaxAttempts = 8;

    /// <summary>Of so many conversations it is learnt after a login how far the others are.</summary>
    const int Listed = 100;

    readonly Lock _gate = new();
    readonly SemaphoreSlim _oneAtATime = new(1, 1);
    readonly BackOff _pause = new(options.FirstRetryDelay, options.MaxRetryDelay);
    readonly TypingPace _pace = new();
    readonly TypingEnds _typing = new(options.TimeProvider, inbox.Notify);
    readonly long _start = options.TimeProvider.GetTimestamp();
    CancellationTokenSource _ended = new();
    ChatConnection? _connection;
    WatchRequest _wanted = new([], []);
    bool _isAway;

    public PeerBook Peers { get; } = new();

    /// <summary>Logged in: everything is said again.</summary>
    public void Online(ChatConnection connection, int userId)
    {
        Peers.Open(userId);
        CancellationToken ended;
        lock (_gate)
        {
            _connection = connection;
            _pace.Clear();
            ended = _ended.Token;
        }

        _ = SayAgainAsync(connection, userId, ended);
    }

    public void Offline()
    {
        lock (_gate)
        {
            _connection = null;
            _ended.Cancel();
            _ended.Dispose();
            _ended = new();
        }

        _typing.EndAll();
    }

    /// <summary>Nobody is logged in any more, so there is nothing to say again.</summary>
    public void Forget()
    {
        lock (_gate)
            (_wanted, _isAway) = (new([], []), false);
    }

    /// <summary>The whole list, each time; without a connection it is told with the next login.</summary>
    public async Task WatchAsync(WatchRequest request, CancellationToken cancellationToken)
    {
        await _oneAtATime.WaitAsync(cancellationToken);
        try
        {
            WatchRequest before;
            ChatConnection? connection;
            lock (_gate)
                (before, _wanted, connection) = (_wanted, request, _connection);
            try
            {
                if (connection is not null)
                    await TellAsync(connection, request, cancellationToken);
            }
            catch (ChatConnectionException)
            {
                // The next connection is told.
            }
            catch (ChatException)
            {
                lock (_gate)
                    _wanted = before;
                throw;
            }
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    public async Task SetAwayAsync(bool isAway, CancellationToken cancellationToken)
    {
        ChatConnection? connection;
        lock (_gate)
        {
            connection = _connection;
            connection?.Require(Feature.Watch);
            _isAway = isAway;
        }

        if (connection is not null)
            await connection.RequestAsync(new SetPresenceRequest(isAway), _ => true, cancellationToken);
    }

    /// <summary>Told at most as often as the server wants to hear it; without a connection nobody is told.</summary>
    public Task TypeAsync(ConversationId conversation, bool isOn, CancellationToken cancellationToken)
    {
        ChatConnection? connection;
        lock (_gate)
        {
            connection = _connection;
            connection?.Require(Feature.Typing);
            if (connection is null || !_pace.TryPass(conversation, isOn, options.TimeProvider.GetElapsedTime(_start)))
                return Task.CompletedTask;
        }

        return connection.RequestAsync(new TypingRequest(conversation, isOn), _ => true, cancellationToken);
    }

    public void OnReceipt(ReceiptPush receipt) => NotePeer(receipt.Conversation, receipt.UserId, receipt.Received, receipt.Read);

    public void OnPresence(IReadOnlyList<PresenceEntry> users)
    {
        if (users.Count > 0)
            inbox.Notify(new PresenceChanged(users));
    }

    public void OnTyping(TypingPush push)
    {
        var typing = new TypingChanged(push.Conversation, push.UserId, push.IsOn, push.Expires);
        inbox.Notify(typing);
        _typing.On(typing);
    }

    /// <summary>A page of the list tells how far the others are.</summary>
    public void OnListed(ConversationsReply page)
    {
        foreach (var conversation in page.Conversations)
        {
            if (conversation.Peer is { } peer)
                NotePeer(conversation.Conversation, peer.UserId, peer.Received, peer.Read);
        }
    }

    public void Dispose()
    {
        _typing.Dispose();
        _ended.Dispose();
        _oneAtATime.Dispose();
    }

    void NotePeer(ConversationId conversation, int userId, long received, long read)
    {
        if (Peers.Note(conversation, userId, received, read) is { } news)
            inbox.Notify(news);
    }

    async Task SayAgainAsync(ChatConnection connection, int userId, CancellationToken ended)
    {
        await TryAsync(async () =>
        {
            bool isAway;
            lock (_gate)
                isAway = _isAway;
            if (isAway && connection.Has(Feature.Watch))
                await connection.RequestAsync(new SetPresenceRequest(IsAway: true), _ => true, ended);
        });
        await TryAsync(() => WatchAgainAsync(connection, ended));
        await TryAsync(async () =>
        {
            if (connection.Has(Feature.Receipts))
            {
                await RepeatAsync(
                    () => connection.RequestAsync(new ListConversationsRequest(null, Listed), reply => Heard(ConversationsReply.Of(reply, userId)), ended), ended);
            }
        });
    }

    /// <summary>A conversation may have ceased to be the user's; then the server refuses the whole list.</summary>
    async Task WatchAgainAsync(ChatConnection connection, CancellationToken ended)
    {
        await _oneAtATime.WaitAsync(ended);
        try
        {
            WatchRequest wanted;
            lock (_gate)
                wanted = _wanted;
            if (wanted.Users.Count + wanted.Conversations.Count == 0 || !connection.Has(Feature.Watch))
                return;
            try
            {
                await TellAsync(connection, wanted, ended);
            }
            catch (ChatException e) when (e.Code == ErrorCode.NotYours)
            {
                wanted = wanted with { Conversations = [] };
                lock (_gate)
                    _wanted = wanted;
                await TellAsync(connection, wanted, ended);
            }
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    Task TellAsync(ChatConnection connection, WatchRequest request, CancellationToken cancellationToken)
    {
        connection.Require(Feature.Watch);
        return RepeatAsync(() => connection.RequestAsync(request, reply => Heard(WatchReply.Read(reply)), cancellationToken), cancellationToken);
    }

    /// <summary>In the connection's reader: what changes after it comes after it.</summary>
    bool Heard(WatchReply reply)
    {
        OnPresence(reply.Presence);
        foreach (var typing in reply.Typing)
            OnTyping(typing);
        return true;
    }

    bool Heard(ConversationsReply reply)
    {
        OnListed(reply);
        return true;
    }

    async Task RepeatAsync(Func<Task> ask, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await ask();
                return;
            }
            catch (ChatException e) when (e.IsRetryable && e is not ChatConnectionException && attempt < MaxAttempts)
            {
                await Task.Delay(_pause.Delay(attempt), options.TimeProvider, cancellationToken);
            }
        }
    }

    /// <summary>What fails here is only not shown.</summary>
    static async Task TryAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception e) when (e is ChatException or OperationCanceledException or ObjectDisposedException)
        {
            // The next login says it again.
        }
    }
}
