using Chat.Protocol;
using ChatActors.Client.Connections;
using ChatActors.Client.Timing;

namespace ChatActors.Client.Messages;

/// <summary>
/// Fetches what did not come by itself: after each login it asks which conversations have changed, and whenever a
/// conversation misses something it asks the history, or for what became of its messages. One loop, one request at a time.
/// </summary>
sealed class CatchUp(Inbox inbox, ChatClientOptions options)
{
    readonly BackOff _retryPause = new(options.FirstRetryDelay, options.MaxRetryDelay);
    volatile Login? _login;
    int _failures;

    /// <summary>A login has succeeded.</summary>
    public void Online(ChatConnection connection, LoginResult login)
    {
        _login = new(connection, [.. login.Groups.Select(group => group.Id)]);
        inbox.GapFound.Set();
    }

    public void Offline() => _login = null;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await inbox.GapFound.WaitAsync(cancellationToken);
            if (_login is not { } login)
                continue;
            try
            {
                await WorkAsync(login, cancellationToken);
                _failures = 0;
            }
            catch (ChatConnectionException)
            {
                // The next login starts this again.
            }
            catch (ChatException e) when (e.Code == ErrorCode.NotLoggedIn)
            {
                login.Connection.Abort(new("the server has forgotten the login", e));
            }
            catch (ChatException)
            {
                inbox.GapFound.SetAfter(_retryPause.Delay(_failures++));
            }
        }
    }

    async Task WorkAsync(Login login, CancellationToken cancellationToken)
    {
        if (!login.IsSynced)
            await SyncAsync(login, cancellationToken);
        TimeSpan? askAgainAfter;
        while (inbox.FindGap(out askAgainAfter) is { } request)
            await FetchAsync(login, request, cancellationToken);
        while (inbox.FindChangeGap() is { } request)
            await FetchChangesAsync(login, request, cancellationToken);
        if (!login.IsCaughtUp && !inbox.IsWaitingForRoom)
        {
            login.IsCaughtUp = true;
            inbox.Notify(new CaughtUp());
        }

        if (askAgainAfter is { } delay)
            inbox.GapFound.SetAfter(delay);
    }

    async Task SyncAsync(Login login, CancellationToken cancellationToken)
    {
        var token = inbox.GetSyncToken();
        var isFull = token is null;
        try
        {
            SyncReply page;
            do
            {
                page = await login.Connection.RequestAsync(
                    new SyncRequest(token), SyncReply.Read, cancellationToken);
                inbox.Change(cursors => cursors.ApplySync(page.Conversations));
                token = page.Token;
            }
            while (page.HasMore && token is not null);

            inbox.Change(cursors => cursors.FinishSync(token, login.GroupIds, isFull));
        }
        catch (ChatException e) when (IsFinal(e))
        {
            inbox.Change(cursors => cursors.FinishWithoutHistory());
        }

        login.IsSynced = true;
    }

    async Task FetchAsync(Login login, HistoryRequest request, CancellationToken cancellationToken)
    {
        try
        {
            var page = await login.Connection.RequestAsync(
                new FetchHistoryRequest(request.Conversation, request.After, null, request.Limit),
                WireMapping.ReadHistory, cancellationToken);
            inbox.OfferHistory(request, page);
        }
        catch (ChatException e) when (IsFinal(e))
        {
            inbox.Change(cursors => cursors.GiveUp(request));
        }
    }

    async Task FetchChangesAsync(Login login, ChangesRequest request, CancellationToken cancellationToken)
    {
        try
        {
            var page = await login.Connection.RequestAsync(
                new FetchChangesRequest(request.Conversation, request.Since, request.Limit), ChangesReply.Read, cancellationToken);
            inbox.Change(cursors => cursors.OfferChanges(request, page));
        }
        catch (ChatException e) when (IsFinal(e))
        {
            inbox.Change(cursors => cursors.Changes.GiveUp(request));
        }
    }

    static bool IsFinal(ChatException e) => !e.IsRetryable && e.Code != ErrorCode.NotLoggedIn;

    sealed class Login(ChatConnection connection, IReadOnlyList<int> groupIds)
    {
        public ChatConnection Connection => connection;

        public IReadOnlyList<int> GroupIds => groupIds;

        public bool IsSynced { get; set; }

        public bool IsCaughtUp { get; set; }
    }
}
