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
    /// <summary>Rows that wait for their conversations.</summary>
    readonly Dictionary<long, QueuedMessage> _imports = [];

    /// <summary>Rows that no conversation takes: the sessions get them as they are.</summary>
    readonly List<QueuedMessage> _refused = [];

    /// <summary>A row that came in front of what has been read already.</summary>
    long? _unreadRow;

    bool ImportsRows => _services.Others.IsOn && _services.KeepsHistory;

    /// <summary>Sends what other servers wrote to its conversations; the rest is for the sessions.</summary>
    IReadOnlyList<QueuedMessage> ImportForeign(IReadOnlyList<QueuedMessage> rows)
    {
        if (!ImportsRows)
            return rows;
        var rest = new List<QueuedMessage>(rows.Count);
        foreach (var row in rows)
        {
            if (row is { Foreign.Conversation: not null })
                Import(row);
            else
                rest.Add(row);
        }

        return rest;
    }

    void Import(QueuedMessage row)
    {
        _imports[row.Id] = row;
        var chat = row.Foreign!;
        _services.Conversations.Value.Tell(
            new Import(chat.Conversation!.Value, _userId, chat.SenderId, 0, row.Id, chat.Digest, chat.Body), Self);
        ArmTick();
    }

    void RetryImports()
    {
        foreach (var row in _imports.Values.OrderBy(row => row.Id).ToList())
            Import(row);
    }

    void OnRowImported(Imported imported)
    {
        if (!_imports.Remove(imported.Number, out var row))
            return;
        if (imported.Refusal is { } refusal)
        {
            _log.Info("a queued message of another server for user {0} is given as it is, and not logged: {1}", _userId, refusal);
            if (_sessions.Count > 0)
                _refused.Add(row);
        }
        else
        {
            Delete(() => _services.OfflineStore.DeleteAsync(_userId, [row.Id]));
        }

        GoOnDraining();
        if (_isStopping)
            Stop();
    }

    /// <summary>Another server has queued something while there are sessions: it took the user for offline.</summary>
    void OnQueueGrown(long rowId)
    {
        if (_sessions.Count == 0)
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
        ReleaseHeld();
        if (_unreadRow is not { } row)
            return;
        _unreadRow = null;
        OnQueueGrown(row);
    }
}
