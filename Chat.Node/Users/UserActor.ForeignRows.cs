using Akka.Event;
using Chat.Node.Conversations;
using Chat.Node.Storage;

namespace Chat.Node.Users;

/// <summary>
/// Rows of the queue that other servers wrote. With a bridge and a history their messages are logged like those that are published: the
/// conversation takes each over, brings it here with its number, and the row is deleted.
/// </summary>
sealed partial class UserActor
{
    /// <summary>Rows that wait for their conversations; one after the other, so that they stay in order.</summary>
    readonly SortedDictionary<long, QueuedMessage> _imports = [];

    /// <summary>Rows whose messages are in the queue again, with their numbers; they may not be deleted yet.</summary>
    readonly HashSet<long> _imported = [];

    /// <summary>Rows that no conversation takes: the sessions get them as they are.</summary>
    readonly HashSet<long> _refused = [];

    /// <summary>The rows that were read last.</summary>
    readonly HashSet<long> _readRows = [];

    /// <summary>A row that came in front of what has been read already.</summary>
    long? _unreadRow;

    const long MostImportMilliseconds = 30_000;

    /// <summary>The row that is under way, and since when.</summary>
    long _importedRow;
    long _importedSince;

    bool ImportsRows => _services.Others.IsOn && _services.KeepsHistory;

    /// <summary>Sends what other servers wrote to its conversations; true if there is such, and has to be awaited.</summary>
    bool ImportForeign(IReadOnlyList<QueuedMessage> rows)
    {
        if (!ImportsRows)
            return false;
        var isIdle = _imports.Count == 0;
        foreach (var row in rows)
        {
            if (row is { Foreign.Conversation: not null, Body.Length: <= Conversations.Import.MostBytes } && !_imported.Contains(row.Id) && !_refused.Contains(row.Id))
                _imports.TryAdd(row.Id, row);
        }

        if (isIdle)
            ImportNext();

        if (_imports.Count > 0 && _phase == Phase.Finishing)
        {
            _phase = Phase.Draining; // what their conversations send must not be held
            ReleaseHeld();
        }

        return _imports.Count > 0;
    }

    void NoteRead(IReadOnlyList<QueuedMessage> rows)
    {
        if (!_services.Others.IsOn)
            return;
        if (_readRows.Count > MostHeld)
            _readRows.Clear();
        foreach (var row in rows)
            _readRows.Add(row.Id);
    }

    IReadOnlyList<QueuedMessage> WithoutImported(IReadOnlyList<QueuedMessage> rows) =>
        _imported.Count == 0 ? rows : [.. rows.Where(row => !_imported.Contains(row.Id))];

    /// <summary>
    /// Nobody waits for them any more, and another server may have taken the rows by the next login. The one under way is awaited.
    /// </summary>
    void ForgetImports()
    {
        foreach (var id in _imports.Keys.Skip(1).ToList())
            _imports.Remove(id);
    }

    /// <summary>Or the same once more; one whose conversation does not answer at all goes to the sessions as it is.</summary>
    void ImportNext()
    {
        if (_imports.Count == 0)
            return;
        var row = _imports.First().Value;
        if (_importedRow != row.Id)
            (_importedRow, _importedSince) = (row.Id, SteadyMilliseconds);
        if (SteadyMilliseconds - _importedSince >= MostImportMilliseconds)
        {
            Self.Tell(new Imported(row.Foreign!.Conversation!.Value, _userId, 0, row.Id, "its conversation does not answer"), Self);
            return;
        }

        var chat = row.Foreign!;
        _services.Conversations.Value.Tell(
            new Import(chat.Conversation!.Value, _userId, chat.SenderId, 0, row.Id, chat.Digest, chat.Body), Self);
        ArmTick();
    }

    void OnRowImported(Imported imported)
    {
        if (!_imports.Remove(imported.Number, out var row))
            return;
        if (imported.Refusal is { } refusal)
        {
            _log.Info("a queued message of another server for user {0} is given as it is, and not logged: {1}", _userId, refusal);
            _refused.Add(row.Id);
        }
        else
        {
            _imported.Add(row.Id);
            Delete(() => _services.OfflineStore.DeleteAsync(_userId, [row.Id]));
        }

        ImportNext();
        if (_imports.Count == 0 && _phase is Phase.Draining or Phase.Finishing)
            ReadPage(); // what was imported is behind what was found, and goes before it
        if (_isStopping)
            Stop();
    }

    /// <summary>Another server has queued something while there are sessions: it took the user for offline.</summary>
    void OnQueueGrown(long rowId)
    {
        if (_sessions.Count == 0 || _readRows.Contains(rowId))
            return;
        if (_phase != Phase.Live)
        {
            _unreadRow = Math.Min(_unreadRow ?? rowId, rowId);
            return;
        }

        _drainedTo = Math.Min(_drainedTo, rowId - 1);
        StartDrain();
    }

    void OnLive()
    {
        _imported.Clear(); // they are in front of what was read
        ReleaseHeld();
        if (_unreadRow is not { } row)
            return;
        _unreadRow = null;
        OnQueueGrown(row);
    }
}
