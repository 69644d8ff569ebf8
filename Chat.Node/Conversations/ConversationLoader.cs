using Akka.Streams;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Conversations;

/// <summary>
/// What a conversation starts with: the newest row, who may take part, and the rows whose fan-out an earlier life may not
/// have finished.
/// </summary>
sealed record ConversationStart(LogHead? Head, IReadOnlySet<int> Members, IReadOnlyList<LogRow> Unfinished);

/// <summary>Loads conversations that start at the same time together.</summary>
sealed class ConversationLoader
{
    const int QueueLength = 64 * 1024;
    const int BatchSize = 1000;
    const int PageSize = 1000;

    sealed record Load(ConversationId Id, TaskCompletionSource<(LogHead?, IReadOnlySet<int>)> Done);

    static readonly HashSet<int> Nobody = [];

    readonly MessageLogStore _log;
    readonly Accounts _accounts;
    readonly Contacts _contacts;
    readonly UnfinishedNodes _unfinished;
    readonly bool _keepsHistory;
    readonly BatchStream<Load> _loads;

    public ConversationLoader(
        MessageLogStore log, Accounts accounts, Contacts contacts, UnfinishedNodes unfinished, bool keepsHistory, IMaterializer materializer)
    {
        _log = log;
        _accounts = accounts;
        _contacts = contacts;
        _unfinished = unfinished;
        _keepsHistory = keepsHistory;
        _loads = new BatchStream<Load>(materializer, QueueLength, BatchSize, LoadAsync);
    }

    /// <param name="id">The conversation.</param>
    /// <param name="ownOldestTs">What an earlier life on this node left unfinished.</param>
    public async Task<ConversationStart> StartAsync(ConversationId id, long ownOldestTs)
    {
        var (head, members) = await LoadAsync(id);
        if (!_keepsHistory || head is null)
            return new ConversationStart(head, members, []);
        var since = Math.Min(ownOldestTs, _unfinished.OldestTs);
        if (head.Ts < since || await _log.FirstSinceAsync(id, since, head.Seq) is not { } first)
            return new ConversationStart(head, members, []);
        return new ConversationStart(head, members, await ReadAfterAsync(id, first - 1));
    }

    public async Task<IReadOnlySet<int>> MembersAsync(ConversationId id) => (await LoadAsync(id)).Members;

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
    public async Task<IReadOnlyList<LogRow>> ReadNewestAsync(ConversationId id, int count) =>
        await _log.ReadBeforeAsync(id, long.MaxValue, count);

    Task<(LogHead? Head, IReadOnlySet<int> Members)> LoadAsync(ConversationId id)
    {
        var done = new TaskCompletionSource<(LogHead?, IReadOnlySet<int>)>(TaskCreationOptions.RunContinuationsAsynchronously);
        return _loads.TryAdd(new Load(id, done))
            ? done.Task
            : Task.FromException<(LogHead?, IReadOnlySet<int>)>(new StorageException("too many conversations are starting"));
    }

    async Task LoadAsync(List<Load> loads)
    {
        try
        {
            var ids = loads.Select(load => load.Id).Distinct().ToList();
            var heads = _keepsHistory ? await _log.HeadsAsync(ids) : [];
            var groups = ids.Where(id => id.IsGroup).Select(id => id.B).ToList();
            var members = groups.Count > 0 ? await _contacts.MembersAsync(groups) : [];
            var users = ids.Where(id => !id.IsGroup).SelectMany(id => new[] { id.A, id.B }).Distinct().ToList();
            var existing = users.Count > 0 ? await _accounts.ExistingAsync(users) : [];
            foreach (var (id, done) in loads)
            {
                var who = id.IsGroup
                    ? members.GetValueOrDefault(id.B, Nobody)
                    : new HashSet<int>(new[] { id.A, id.B }.Where(existing.Contains));
                done.SetResult((heads.GetValueOrDefault(id), who));
            }
        }
        catch (Exception e)
        {
            loads.ForEach(load => load.Done.TrySetException(e));
        }
    }
}
