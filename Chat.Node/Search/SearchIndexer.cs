using Chat.Node.Storage;
using Chat.Node.Telemetry;
using Chat.Protocol;

namespace Chat.Node.Search;

/// <summary>
/// Writes the index of the search, behind everything else (<see cref="IndexPace"/>): each node for the conversations in which it has written something. One of them now and then
/// looks through all conversations, for what was written before there was an index, or by a node that died before it came to it. Nobody waits for this.
/// </summary>
sealed class SearchIndexer(SearchStore store, SearchWalks walks, SearchTouches touches, TimeProvider clock, ILogger<SearchIndexer> logger) : BackgroundService
{
    /// <summary>Conversations that are worked at together.</summary>
    const int AtOnce = 16;

    static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);
    static readonly TimeSpan WalkPause = TimeSpan.FromSeconds(15);

    /// <summary>All conversations are looked through again when the last time is so long ago.</summary>
    static readonly TimeSpan WalkInterval = TimeSpan.FromHours(1);

    readonly IndexPace _pace = new();
    readonly SearchParking _parking = new();
    long? _parkedSince;
    long _walkSince;
    long _nextWalk;
    bool _hasFailed;

    /// <summary>Whether older messages may be missing: nobody has looked through all conversations yet.</summary>
    public bool IsFilling { get; private set; } = true;

    /// <summary>Everything that was written up to here is in the index, as far as this node knows, in milliseconds since 1970, UTC; 0: older messages may be missing.</summary>
    public long IndexedTo => IsFilling ? 0 : Math.Min(touches.Oldest ?? Now, _parkedSince ?? Now);

    /// <summary>Conversations that could not be indexed, and wait. From any thread.</summary>
    public int Parked => _parking.Count;

    long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Brings conversations up to date.</summary>
    /// <exception cref="StorageException">The database does not answer.</exception>
    public async Task IndexAsync(IEnumerable<ConversationId> conversations, CancellationToken stop = default)
    {
        foreach (var part in conversations.Chunk(AtOnce))
        {
            for (var left = part; left.Length > 0 && !stop.IsCancellationRequested;)
            {
                var behind = (await store.StandingsAsync(left)).Where(standing => standing.IsBehind).ToList();
                if (behind.Count > 0)
                    await store.WriteAsync(await StepsAsync(behind));
                left = [.. behind.Select(standing => standing.Conversation)]; // perhaps more than one step, perhaps somebody else was quicker
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        touches.IsOn = true;
        _walkSince = Now;
        try
        {
            using var timer = new PeriodicTimer(Interval, clock);
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await RoundAsync(stoppingToken);
        }
        catch (OperationCanceledException)
        {
            // the host is stopping
        }
    }

    /// <summary>What has been written since the last round, and what could not be indexed before.</summary>
    public async Task RoundAsync(CancellationToken stop = default)
    {
        if (!_pace.IsDue(touches.Written, touches.Oldest, Now))
            return;
        IReadOnlyCollection<ConversationId> taken = [];
        try
        {
            (taken, var hasLost) = touches.Take();
            if (hasLost)
                _walkSince = Now;
            await IndexEachAsync([.. taken.Concat(_parking.Due(Now)).Distinct()], stop);
            touches.Settle();
            await WalkAsync(stop);
            _hasFailed = false;
        }
        catch (Exception e) when (e is not OperationCanceledException) // also what nobody foresaw: what was taken is not forgotten
        {
            touches.Add(taken);
            if (!_hasFailed)
                SearchLog.IndexFailed(logger, e.Message);
            _hasFailed = true;
        }
    }

    /// <summary>As far as it is possible: a conversation that cannot be written waits, if the database answers at all.</summary>
    async Task IndexEachAsync(IReadOnlyCollection<ConversationId> conversations, CancellationToken stop)
    {
        foreach (var part in conversations.Where(id => !_parking.Holds(id, Now)).Chunk(AtOnce))
        {
            try
            {
                await IndexAsync(part, stop);
                Array.ForEach(part, _parking.OnDone);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                foreach (var id in part)
                    await IndexOrParkAsync(id, stop);
            }
        }

        _parkedSince = _parking.Oldest;
    }

    async Task IndexOrParkAsync(ConversationId id, CancellationToken stop)
    {
        try
        {
            await IndexAsync([id], stop);
            _parking.OnDone(id);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            await store.StandingsAsync([id]); // the database is away: that is not the conversation's fault
            if (_parking.OnFailed(id, Now))
                SearchLog.IndexFailed(logger, $"{id}: {e.Message}");
        }
    }

    /// <summary>A page of all conversations, if it is time and no other node does it.</summary>
    async Task WalkAsync(CancellationToken stop)
    {
        if (clock.GetTimestamp() is var timestamp && _nextWalk > timestamp)
            return;
        var finished = await walks.FinishedAsync();
        IsFilling = finished == 0;
        var isDue = finished < Math.Max(_walkSince, Now - (long)WalkInterval.TotalMilliseconds);
        if (isDue && await walks.NextAsync(Now) is { Count: > 0 } page)
        {
            await IndexEachAsync(page, stop);
            return; // the next page in the next round
        }

        if (isDue)
            IsFilling = await walks.FinishedAsync() == 0;
        _nextWalk = timestamp + (long)(WalkPause.TotalSeconds * clock.TimestampFrequency);
    }

    async Task<List<SearchStep>> StepsAsync(List<SearchStanding> behind)
    {
        var rows = (await store.RowsBehindAsync(behind.Where(standing => standing.Head > standing.Seq))).ToLookup(row => row.Row.Conversation);
        var steps = new List<SearchStep>(behind.Count);
        foreach (var standing in behind)
            steps.Add(await StepAsync(standing, [.. rows[standing.Conversation]]));
        return steps;
    }

    /// <summary>What is ahead of the log was written for another one: a backup was restored, and its messages are looked at anew.</summary>
    async Task<SearchStep> StepAsync(SearchStanding standing, List<SearchRow> rows)
    {
        if (standing.Seq > standing.Head || standing.Rev > standing.NewestRev)
            return new SearchStep(standing, 0, 0, []);
        var texts = rows.ToDictionary(row => row.Row.Seq, row => (row, Tokens: TokensOf(row.Row)));
        foreach (var silent in texts.Where(text => text.Value.Tokens.Length == 0).Select(text => text.Key).ToList())
            texts.Remove(silent);
        var seq = rows.Count < SearchStore.RowsAtOnce ? standing.Head : rows.Max(row => row.Row.Seq); // numbers may be missing in between
        var rev = standing.Rev;
        if (standing.NewestRev > standing.Rev)
        {
            var changed = await store.ChangedAsync(standing);
            rev = changed.Count < SearchStore.RowsAtOnce ? standing.NewestRev : changed[^1].Rev;
            foreach (var (row, _, _) in changed.Where(change => change.HasNewText && change.Row.Row.Seq <= seq)) // read after the rows: its text is the newer one
                texts[row.Row.Seq] = (row, TokensOf(row.Row)); // also an empty text: what was there before has to go
        }

        return new SearchStep(standing, seq, rev, [.. texts.Values]);
    }

    static string TokensOf(LogRow row) => !row.IsSystem && StoredBody.IsObject(row.Body.Span)
        ? SearchWords.TokensOf(row.Conversation, row.Sender, ChangedBody.TextOf(row.Body.Span))
        : "";
}
