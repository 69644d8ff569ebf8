using Chat.Protocol;

namespace Chat.Checker.Checking;

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
        return PlaceOf(rows, conversation, seq) is var at and >= 0 ? rows[at] : null;
    }

    /// <summary>Negative if it is not there.</summary>
    public static int PlaceOf(LoggedMessage[] rows, ConversationId conversation, long seq) =>
        // Without holes, and from the first message on, it is where its number says.
        seq >= 1 && seq <= rows.Length && rows[seq - 1].Seq == seq
            ? (int)seq - 1
            : Array.BinarySearch(rows, new LoggedMessage(conversation, seq, 0, 0, 0), BySeq);

    static readonly IComparer<LoggedMessage> BySeq = Comparer<LoggedMessage>.Create((one, other) => one.Seq.CompareTo(other.Seq));
}
