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
    /// <summary>Only of users who had something in the queue, beside other servers.</summary>
    BridgedRows? _bridgedRows;

    bool HasImports => _bridgedRows is { HasWaiting: true };

    bool ImportsRows => _services.Others.IsOn && _services.KeepsHistory;

    /// <summary>Sends what other servers wrote to its conversations; true if there is such, and has to be awaited.</summary>
    bool ImportBridged(IReadOnlyList<QueuedMessage> rows)
    {
        if (!ImportsRows)
            return false;
        var isIdle = !HasImports;
        foreach (var row in rows)
        {
            if (BridgedRows.IsForConversation(row))
                (_bridgedRows ??= new BridgedRows()).Add(row);
        }

        if (isIdle)
            ImportNext();

        if (HasImports && _drain.StopFinishing())
            ReleaseHeld(); // what their conversations send must not be held

        return HasImports;
    }

    void NoteRead(IReadOnlyList<QueuedMessage> rows)
    {
        if (_services.Others.IsOn && rows.Count > 0)
            (_bridgedRows ??= new BridgedRows()).NoteRead(rows);
    }

    /// <summary>Or the same once more; one whose conversation does not answer at all goes to the sessions as it is.</summary>
    void ImportNext()
    {
        if (_bridgedRows?.Next(CoarseMilliseconds) is not { } next)
            return;
        var (row, isOverdue) = next;
        var chat = row.Bridged!;
        if (isOverdue)
        {
            Self.Tell(new Imported(chat.Conversation!.Value, _userId, 0, row.Id, "its conversation does not answer"), Self);
            return;
        }

        _services.Conversations.Value.Tell(
            new Import(chat.Conversation!.Value, _userId, chat.SenderId, 0, row.Id, chat.Digest, chat.Body), Self);
        ArmTick();
    }

    void OnRowImported(Imported imported)
    {
        if (_bridgedRows?.OnAnswer(imported.Number, isRefused: imported.Refusal is not null) != true)
            return;
        if (imported.Refusal is { } refusal)
            Logging.Info("a queued message of another server for user {0} is given as it is, and not logged: {1}", _userId, refusal);
        else
            Deletes.DeleteRow(imported.Number);
        ImportNext();
        if (!HasImports && _drain.IsUnderWay)
            ReadPage(); // what was imported is behind what was found, and goes before it
        if (_isStopping)
            Stop();
    }

    /// <summary>Another server has queued something while there are sessions: it took the user for offline.</summary>
    void OnQueueGrown(long rowId)
    {
        if (_sessions.Count == 0 || _bridgedRows?.WasRead(rowId) == true)
            return;
        if (_drain.Phase != DeliveryPhase.Live)
        {
            (_bridgedRows ??= new BridgedRows()).NoteUnread(rowId);
            return;
        }

        _drain.GoBackBefore(rowId);
        StartDrain();
    }

    void OnLive()
    {
        _bridgedRows?.OnLive();
        ReleaseHeld();
        if (_bridgedRows?.TakeUnread() is { } row)
            OnQueueGrown(row);
    }
}
