using Akka.Streams;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Conversations;

/// <summary>
/// What a conversation starts with: the newest row, who may take part, and the rows whose fan-out an earlier life may not
/// have finished.
/// </summary>
sealed record ConversationStart(LogHead? Head, Participants Participants, IReadOnlyList<LogRow> Unfinished);

/// <summary>Who takes part in a conversation, and who of them may not send.</summary>
sealed record Participants(IReadOnlySet<int> Members)
{
    public SendingRights Sending { get; init; } = SendingRights.Everybody;

    /// <summary>The first number that each member sees; null: everybody sees everything.</summary>
    public IReadOnlyDictionary<int, long>? JoinSeqs { get; init; }

    /// <summary>Another server has let somebody in of whom nobody was told.</summary>
    public bool HasUntold { get; init; }
}

/// <summary>Loads conversations that start at the same time together.</summary>
sealed class ConversationLoader
{
    public const int QueueLength = 64 * 1024;
    const int BatchSize = 1000;
    const int PageSize = 1000;
    const int MaxNewest = 100;

    /// <summary>Each may have thousands of rows to look through, and a statement has its time.</summary>
    const int SuspectsAtOnce = 50;

    sealed record LoadRequest(ConversationId Id, long OwnOldestTs);

    /// <summary>What is read for many at once; <c>Unfinished</c> is the first number whose fan-out may not be finished.</summary>
    sealed record LoadResult(LogHead? Head, Participants Participants, long? Unfinished);

    static readonly HashSet<int> Nobody = [];

    readonly MessageLogStore _log;
    readonly Accounts _accounts;
    readonly ContactStore _contacts;
    readonly DeliveryMarks _marks;
    readonly UnfinishedNodes _unfinished;
    readonly bool _keepsHistory;
    readonly BatchLoader<LoadRequest, LoadResult> _loads;

    /// <summary>Who has blocked whom; null: nobody has.</summary>
    public ContactBook? Contacts { get; init; }

    /// <inheritdoc cref="BatchStream{T}.Waiting" />
    public int Waiting => _loads.Waiting;

    /// <summary>Whether other servers may let somebody in.</summary>
    public bool TellsUntold { get; init; }

    public ConversationLoader(
        MessageLogStore log, Accounts accounts, ContactStore contacts, DeliveryMarks marks, UnfinishedNodes unfinished, bool keepsHistory, IMaterializer materializer)
    {
        _log = log;
        _accounts = accounts;
        _contacts = contacts;
        _marks = marks;
        _unfinished = unfinished;
        _keepsHistory = keepsHistory;
        _loads = new BatchLoader<LoadRequest, LoadResult>(materializer, QueueLength, BatchSize, "too many conversations are starting", LoadAsync);
    }

    /// <param name="id">The conversation.</param>
    /// <param name="ownOldestTs">What an earlier life on this node left unfinished.</param>
    public async Task<ConversationStart> StartAsync(ConversationId id, long ownOldestTs)
    {
        var loaded = await _loads.LoadAsync(new LoadRequest(id, ownOldestTs));
        return new ConversationStart(
            loaded.Head, loaded.Participants, loaded.Unfinished is { } first ? await ReadAfterAsync(id, first - 1) : []);
    }

    public async Task<Participants> ParticipantsAsync(ConversationId id) => (await _loads.LoadAsync(new LoadRequest(id, long.MaxValue))).Participants;

    /// <summary>All rows above a number.</summary>
    public async Task<IReadOnlyList<LogRow>> ReadAfterAsync(ConversationId id, long after)
    {
        var rows = new List<LogRow>();
        while (true)
        {
            var page = await _log.ReadAfterAsync(id, rows.Count > 0 ? rows[^1].Seq : after, PageSize);
            rows.AddRange(page);
            if (page.Count < PageSize)
                return rows;
        }
    }

    /// <summary>The newest rows, so that retries are recognised.</summary>
    public async Task<IReadOnlyList<LogRow>> ReadNewestAsync(ConversationId id) =>
        await _log.ReadBeforeAsync(id, long.MaxValue, MaxNewest);

    async Task<IReadOnlyList<LoadResult>> LoadAsync(IReadOnlyList<LoadRequest> loads)
    {
        var ids = loads.Select(load => load.Id).Distinct().ToList();
        var heads = _keepsHistory ? await _log.HeadsAsync(ids) : [];
        var unfinished = await FindUnfinishedAsync(loads, heads);
        if (_keepsHistory)
            await _marks.PutRightAsync([.. ids.Select(id => EndOf(id, heads, unfinished))]);
        var groups = ids.Where(id => id.IsGroup).Select(id => id.B).ToList();
        var members = groups.Count > 0 ? await _contacts.MembersAsync(groups) : [];
        var rights = groups.Count > 0 ? await _contacts.SendingRightsAsync(groups) : [];
        var joined = groups.Count > 0 && _keepsHistory ? await _contacts.JoinSeqsAsync(groups) : [];
        var untold = TellsUntold && groups.Count > 0 ? await _contacts.WithUntoldAsync(groups) : [];
        var users = ids.Where(id => !id.IsGroup).SelectMany(id => new[] { id.A, id.B }).Distinct().ToList();
        var existing = users.Count > 0 ? await _accounts.ExistingAsync(users) : [];
        var pairs = ids.Where(id => !id.IsGroup && id.A != id.B).SelectMany(id => new[] { new UserPair(id.A, id.B), new UserPair(id.B, id.A) }).ToList();
        var blocks = Contacts is null || pairs.Count == 0 ? [] : await Contacts.BlocksAmongAsync(pairs);
        return [.. loads.Select(load => new LoadResult(
            heads.GetValueOrDefault(load.Id), ParticipantsOf(load.Id), unfinished.TryGetValue(load.Id, out var first) ? first : null))];

        Participants ParticipantsOf(ConversationId id) => id.IsGroup
            ? new Participants(members.GetValueOrDefault(id.B, Nobody))
            {
                Sending = rights.GetValueOrDefault(id.B, SendingRights.Everybody),
                JoinSeqs = joined.GetValueOrDefault(id.B),
                HasUntold = untold.Contains(id.B),
            }
            : new Participants(new PairMembers(
                new[] { id.A, id.B }.Where(existing.Contains), new[] { id.A, id.B }.Where(user => blocks.Contains(new UserPair(id.Other(user), user)))));
    }

    static LogEnd EndOf(ConversationId id, Dictionary<ConversationId, LogHead> heads, Dictionary<ConversationId, long> unfinished)
    {
        var head = heads.TryGetValue(id, out var newest) ? newest.Seq : 0;
        return new LogEnd(id, head, unfinished.TryGetValue(id, out var first) ? first - 1 : head);
    }

    /// <summary>Where what may be unfinished begins, in the conversations that have such rows.</summary>
    async Task<Dictionary<ConversationId, long>> FindUnfinishedAsync(IReadOnlyList<LoadRequest> loads, Dictionary<ConversationId, LogHead> heads)
    {
        if (heads.Count == 0)
            return [];
        var oldestTs = await _unfinished.OldestTsAsync();
        var suspects = new List<(ConversationId Id, long Head, long Ts)>();
        foreach (var own in loads.GroupBy(load => load.Id))
        {
            var since = Math.Min(oldestTs, own.Min(load => load.OwnOldestTs));
            if (heads.TryGetValue(own.Key, out var head) && head.Ts >= since)
                suspects.Add((own.Key, head.Seq, since));
        }

        var firsts = new Dictionary<ConversationId, long>();
        foreach (var some in suspects.Chunk(SuspectsAtOnce))
        {
            foreach (var (id, first) in await _log.FirstsSinceAsync(some))
                firsts[id] = first;
        }

        return firsts;
    }
}
