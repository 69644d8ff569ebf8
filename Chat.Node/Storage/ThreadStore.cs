using Chat.Protocol;
using Dapper;

namespace Chat.Node.Storage;

/// <summary>
/// The messages of threads. A thread is counted where it is shown, by an index: a counter would be a row that every answer waits for.
/// </summary>
sealed class ThreadStore(IChatDatabase database)
{
    sealed class CountRow
    {
        public long Thread { get; init; }

        public long Replies { get; init; }

        public long LastReply { get; init; }
    }

    /// <summary>The numbers of a thread's messages above one, ascending; the message that it begins with is the first.</summary>
    public Task<List<long>> AfterAsync(ConversationId id, long root, long after, int limit) => NumbersAsync(
        "SELECT seq FROM MessageReference WHERE a = @A AND b = @B AND thread = @root AND seq > @from ORDER BY seq LIMIT @limit",
        id, root, after, limit, found => after < root ? [root, .. found.Take(limit - 1)] : found);

    /// <summary>Those next below a number, ascending.</summary>
    public Task<List<long>> BeforeAsync(ConversationId id, long root, long before, int limit) => NumbersAsync(
        "SELECT seq FROM MessageReference WHERE a = @A AND b = @B AND thread = @root AND seq < @from ORDER BY seq DESC LIMIT @limit",
        id, root, before, limit, found => [.. (root < before && found.Count < limit ? found.Append(root) : found).Reverse()]);

    /// <summary>Of each of these messages that a thread begins with, how it stands.</summary>
    public Task<Dictionary<long, ThreadSummary>> StatesAsync(ConversationId id, IReadOnlyCollection<long> seqs) => database.ReadAsync(async connection =>
        (await connection.QueryAsync<CountRow>(
            "SELECT thread, COUNT(*) AS replies, MAX(seq) AS lastreply FROM MessageReference WHERE a = @A AND b = @B AND thread IN @seqs GROUP BY thread",
            new { id.A, id.B, seqs })).ToDictionary(row => row.Thread, row => new ThreadSummary((int)row.Replies, row.LastReply)));

    Task<List<long>> NumbersAsync(string statement, ConversationId id, long root, long from, int limit, Func<List<long>, List<long>> complete) =>
        database.ReadAsync(async connection => complete((await connection.QueryAsync<long>(statement, new { id.A, id.B, root, from, limit })).AsList()));
}
