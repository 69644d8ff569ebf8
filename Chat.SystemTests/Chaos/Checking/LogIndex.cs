using Chat.Protocol;

namespace Chat.SystemTests.Chaos.Checking;

/// <summary>The log, found by place and by message. Pure.</summary>
sealed class LogIndex
{
    static readonly LoggedMessage[] Nothing = [];

    readonly Dictionary<ConversationId, LoggedMessage[]> _rows;
    readonly long[] _seqs;

    public LogIndex(Observations seen)
    {
        _rows = seen.Log.GroupBy(row => row.Conversation)
            .ToDictionary(rows => rows.Key, rows => rows.OrderBy(row => row.Seq).ToArray());
        _seqs = new long[seen.Sent.Count];
        foreach (var row in seen.Log)
        {
            if (IsSent(row.Number) && _seqs[row.Number] == 0)
                _seqs[row.Number] = row.Seq;
        }
    }

    public IEnumerable<ConversationId> Conversations => _rows.Keys;

    /// <summary>Ascending.</summary>
    public LoggedMessage[] Of(ConversationId conversation) => _rows.GetValueOrDefault(conversation, Nothing);

    public bool IsSent(int number) => number >= 0 && number < _seqs.Length;

    /// <summary>0 if it is not there. Of a message that is there twice, one of both.</summary>
    public long SeqOf(int number) => IsSent(number) ? _seqs[number] : 0;

    public LoggedMessage? At(ConversationId conversation, long seq)
    {
        var rows = Of(conversation);
        // Without holes it is where its number says.
        if (seq >= 1 && seq <= rows.Length && rows[seq - 1].Seq == seq)
            return rows[seq - 1];
        var at = Array.BinarySearch(rows, new LoggedMessage(conversation, seq, 0, 0, 0), BySeq);
        return at >= 0 ? rows[at] : null;
    }

    static readonly IComparer<LoggedMessage> BySeq = Comparer<LoggedMessage>.Create((one, other) => one.Seq.CompareTo(other.Seq));
}
