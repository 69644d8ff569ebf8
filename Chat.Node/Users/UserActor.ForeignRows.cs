using Akka.Event;
using Chat.Node.Contracts;
using Chat.Node.Storage;

namespace Chat.Node.Users;

/// <summary>
/// Rows of the queue that other servers wrote. With a bridge and a history their messages are logged like those that are published: the
/// conversation takes each over, brings it here with its number, and the row is deleted.
/// </summary>
sealed partial class UserActor
{
    sealed class BridgedRows
    {
        /// <summary>Rows that wait for their conversations; one after the other, so that they stay in order.</summary>
        public readonly SortedDictionary<long, QueuedMessage> Waiting = [];

        /// <summary>Rows whose messages are in the queue again, with their numbers; they may not be deleted yet.</summary>
        public readonly HashSet<long> Imported = [];

        /// <summary>Rows that no conversation takes: the sessions get them as they are.</summary>
        public readonly HashSet<long> Refused = [];

        /// <summary>The rows that were read last.</summary>
        public readonly HashSet<long> Read = [];
    }

    /// <summary>Only of users who had something in the queue, beside other servers.</summary>
    BridgedRows? _bridgedRows;

    /// <summary>A row that came in front of what has been read already.</summary>
    long? _unreadRow;

    const long MaxImportMilliseconds = 30_000;

    /// <summary>The row that is under way, and since when.</summary>
    long _importedRow;
    long _importedSince;

    bool HasImports => _bridgedRows is { Waiting.Count: > 0 };

    bool ImportsRows => _services.Others.IsOn && _services.KeepsHistory;

    /// <summary>Sends what other servers wrote to its conversations; true if there is such, and has to be awaited.</summary>
    bool ImportBridged(IReadOnlyList<QueuedMessage> rows)
    {
        if (!ImportsRows)
            return false;
        var isIdle = !HasImports;
        foreach (var row in rows)
        {
            if (row is not { Bridged.Conversation: not null, Body.Length: <= Import.MaxBytes })
                continue;
            var foreign = _bridgedRows ??= new BridgedRows();
            if (!foreign.Imported.Contains(row.Id) && !foreign.Refused.Contains(row.Id))
                foreign.Waiting.TryAdd(row.Id, row);
        }

        if (isIdle)
            ImportNext();

        if (HasImports && _phase == Phase.Finishing)
        {
            _phase = Phase.Draining; // what their conversations send must not be held
            ReleaseHeld();
        }

        return HasImports;
    }

    void NoteRead(IReadOnlyList<QueuedMessage> rows)
    {
        if (!_services.Others.IsOn || rows.Count == 0)
            return;
        var read = (_bridgedRows ??= new BridgedRows()).Read;
        if (read.Count > MaxHeld)
            read.Clear();
        foreach (var row in rows)
            read.Add(row.Id);
    }

    IReadOnlyList<QueuedMessage> WithoutImported(IReadOnlyList<QueuedMessage> rows) =>
        _bridgedRows is { Imported: { Count: > 0 } imported } ? [.. rows.Where(row => !imported.Contains(row.Id))] : rows;

    /// <summary>
    /// Nobody waits for them any more, and another server may have taken the rows by the next login. The one under way is awaited.
    /// </summary>
    void ForgetBridgedRows()
    {
        if (_bridgedRows is not { } foreign)
            return;
        foreach (var id in foreign.Waiting.Keys.Skip(1).ToList())
            foreign.Waiting.Remove(id);
        foreign.Imported.Clear();
        foreign.Refused.Clear();
        foreign.Read.Clear();
    }

    /// <summary>Or the same once more; one whose conversation does not answer at all goes to the sessions as it is.</summary>
    void ImportNext()
    {
        if (_bridgedRows is not { Waiting: { Count: > 0 } waiting })
            return;
        var row = waiting.First().Value;
        if (_importedRow != row.Id)
            (_importedRow, _importedSince) = (row.Id, CoarseMilliseconds);
        if (CoarseMilliseconds - _importedSince >= MaxImportMilliseconds)
        {
            Self.Tell(new Imported(row.Bridged!.Conversation!.Value, _userId, 0, row.Id, "its conversation does not answer"), Self);
            return;
        }

        var chat = row.Bridged!;
        _services.Conversations.Value.Tell(
            new Import(chat.Conversation!.Value, _userId, chat.SenderId, 0, row.Id, chat.Digest, chat.Body), Self);
        ArmTick();
    }

    void OnRowImported(Imported imported)
    {
        if (_bridgedRows is not { } foreign || !foreign.Waiting.Remove(imported.Number, out var row))
            return;
        if (imported.Refusal is { } refusal)
        {
            Logging.Info("a queued message of another server for user {0} is given as it is, and not logged: {1}", _userId, refusal);
            foreign.Refused.Add(row.Id);
        }
        else
        {
            foreign.Imported.Add(row.Id);
            Delete(() => _services.OfflineStore.DeleteAsync(_userId, [row.Id]));
        }

        ImportNext();
        if (!HasImports && _phase is Phase.Draining or Phase.Finishing)
            ReadPage(); // what was imported is behind what was found, and goes before it
        if (_isStopping)
            Stop();
    }

    /// <summary>Another server has queued something while there are sessions: it took the user for offline.</summary>
    void OnQueueGrown(long rowId)
    {
        if (_sessions.Count == 0 || _bridgedRows?.Read.Contains(rowId) == true)
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
        _bridgedRows?.Imported.Clear(); // they are in front of what was read
        ReleaseHeld();
        if (_unreadRow is not { } row)
            return;
        _unreadRow = null;
        OnQueueGrown(row);
    }
}
