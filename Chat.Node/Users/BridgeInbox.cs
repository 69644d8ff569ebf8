using Akka.Event;
using Chat.Node.Contracts;
using Chat.Node.Storage;

namespace Chat.Node.Users;

/// <summary>
/// Rows of one user's queue that other servers wrote. With a bridge and a history their messages are logged like those that are published: the
/// conversation takes each over, brings it here with its number, and the row is deleted. Answered with <see cref="Imported"/>.
/// </summary>
sealed class BridgeInbox(UserCore core)
{
    readonly BridgedRows _rows = new();

    public bool HasImports => _rows.HasWaiting;

    public BridgedRows Rows => _rows;

    /// <summary>Sends what other servers wrote to its conversations, one row after the other.</summary>
    public void Import(IReadOnlyList<QueuedMessage> rows)
    {
        var isIdle = !HasImports;
        foreach (var row in rows)
        {
            if (BridgedRows.IsForConversation(row))
                _rows.Add(row);
        }

        if (isIdle)
            ImportNext();
    }

    /// <summary>Or the same once more; one whose conversation does not answer at all goes to the sessions as it is.</summary>
    public void ImportNext()
    {
        if (_rows.Next(core.Milliseconds) is not { } next)
            return;
        var (row, isOverdue) = next;
        var chat = row.Bridged!;
        if (isOverdue)
        {
            core.Self.Tell(new Imported(chat.Conversation!.Value, core.UserId, 0, row.Id, "its conversation does not answer"), core.Self);
            return;
        }

        core.Services.Conversations.Value.Tell(
            new Import(chat.Conversation!.Value, core.UserId, chat.SenderId, 0, row.Id, chat.Digest, chat.Body), core.Self);
    }

    /// <summary>A conversation has answered. False if nobody waits for that.</summary>
    public bool OnImported(Imported imported)
    {
        if (!_rows.OnAnswer(imported.Number, isRefused: imported.Refusal is not null))
            return false;
        if (imported.Refusal is { } refusal)
            core.Log.Info("a queued message of another server for user {0} is given as it is, and not logged: {1}", core.UserId, refusal);
        else
            core.Marks.Deletes.DeleteRow(imported.Number);
        ImportNext();
        return true;
    }
}
