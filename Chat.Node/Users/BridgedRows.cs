using Chat.Node.Contracts;
using Chat.Node.Storage;

namespace Chat.Node.Users;

/// <summary>
/// Rows of one user's queue that other servers wrote, on their way into the logs of their conversations: which wait, which have been taken
/// over, which no conversation takes. Pure.
/// </summary>
sealed class BridgedRows
{
    public const long MaxImportMilliseconds = 30_000;
    public const int MaxRead = 1000;

    /// <summary>Rows that wait for their conversations; one after the other, so that they stay in order.</summary>
    readonly SortedDictionary<long, QueuedMessage> _waiting = [];

    /// <summary>Rows whose messages are in the queue again, with their numbers; they may not be deleted yet.</summary>
    readonly HashSet<long> _imported = [];

    /// <summary>Rows that no conversation takes: the sessions get them as they are.</summary>
    readonly HashSet<long> _refused = [];

    /// <summary>The rows that were read last.</summary>
    readonly HashSet<long> _read = [];

    /// <summary>The row that is under way, and since when.</summary>
    long _importedRow;
    long _importedSince;

    /// <summary>A row that came in front of what has been read already.</summary>
    long? _unread;

    public bool HasWaiting => _waiting.Count > 0;

    /// <summary>Whether a conversation is to take over a row.</summary>
    public static bool IsForConversation(QueuedMessage row) => row is { Bridged.Conversation: not null, Body.Length: <= Import.MaxBytes };

    /// <summary>A row waits for its conversation, if it was not there already.</summary>
    public void Add(QueuedMessage row)
    {
        if (!_imported.Contains(row.Id) && !_refused.Contains(row.Id))
            _waiting.TryAdd(row.Id, row);
    }

    public void NoteRead(IReadOnlyList<QueuedMessage> rows)
    {
        if (_read.Count > MaxRead)
            _read.Clear();
        foreach (var row in rows)
            _read.Add(row.Id);
    }

    public bool WasRead(long rowId) => _read.Contains(rowId);

    public IReadOnlyList<QueuedMessage> WithoutImported(IReadOnlyList<QueuedMessage> rows) =>
        _imported.Count > 0 ? [.. rows.Where(row => !_imported.Contains(row.Id))] : rows;

    /// <summary>The row whose turn it is, again and again until there is an answer; overdue if its conversation does not answer at all.</summary>
    public (QueuedMessage Row, bool IsOverdue)? Next(long now)
    {
        if (!HasWaiting)
            return null;
        var row = _waiting.First().Value;
        if (_importedRow != row.Id)
            (_importedRow, _importedSince) = (row.Id, now);
        return (row, now - _importedSince >= MaxImportMilliseconds);
    }

    /// <summary>A conversation has taken over a row or refuses it. False if nobody waits for that.</summary>
    public bool OnAnswer(long rowId, bool isRefused)
    {
        if (!_waiting.Remove(rowId))
            return false;
        (isRefused ? _refused : _imported).Add(rowId);
        return true;
    }

    /// <summary>
    /// Nobody waits for them any more, and another server may have taken the rows by the next login. The one under way is awaited.
    /// </summary>
    public void Forget()
    {
        foreach (var id in _waiting.Keys.Skip(1).ToList())
            _waiting.Remove(id);
        _imported.Clear();
        _refused.Clear();
        _read.Clear();
    }

    /// <summary>What was taken over is in front of what was read.</summary>
    public void OnLive() => _imported.Clear();

    public void NoteUnread(long rowId) => _unread = Math.Min(_unread ?? rowId, rowId);

    /// <summary>The first row that came in front of what had been read, once.</summary>
    public long? TakeUnread()
    {
        var row = _unread;
        _unread = null;
        return row;
    }
}
