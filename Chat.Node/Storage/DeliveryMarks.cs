using Chat.Node.Telemetry;
using Chat.Protocol;
using Dapper;

namespace Chat.Node.Storage;

/// <summary>How far a conversation has come for a user.</summary>
sealed record DeliveryMark(int UserId, ConversationId Conversation, long QueuedTo, long ReceivedTo, long ReadTo)
{
    /// <summary>Whether others are not to see how far the user reads.</summary>
    public bool HidesRead { get; init; }
}

/// <summary>Where a conversation is when its log is read: its last number, and the one up to which everybody has everything.</summary>
readonly record struct LogEnd(ConversationId Conversation, long Head, long FinishedTo);

/// <summary>
/// The delivery marks. Their numbers come from clients, so the log has the last word: only a member's mark is stored, and none above the
/// log's last number. A stored one that is above it says nothing, and is put right wherever it is met.
/// </summary>
sealed class DeliveryMarks(
    IChatDatabase database, TimeProvider clock, ILogger<DeliveryMarks> logger, WebhookInterest? interest = null, PushStore? pushes = null, WebhookOutbox? outbox = null)
{
    const int MaxAtOnce = 1000;

    sealed class Key
    {
        public int UserId { get; init; }

        public int A { get; init; }

        public int B { get; init; }
    }

    /// <summary>A user's marks in a conversation; a mark that says nothing is 0.</summary>
    public async Task<DeliveryMark> ReadAsync(int userId, ConversationId id)
    {
        var standing = await database.ReadAsync(connection => connection.QuerySingleOrDefaultAsync<MarkStanding>(
            """
            SELECT m.userid, m.a, m.b, m.queued_to AS queuedto, m.received_to AS receivedto, m.read_to AS readto,
                COALESCE((SELECT l.seq FROM MessageLog l WHERE l.a = @A AND l.b = @B AND l.seq BETWEEN 1 AND 9007199254740991 ORDER BY l.seq DESC LIMIT 1), 0) AS head
            FROM DeliveryMark m WHERE m.userid = @userId AND m.a = @A AND m.b = @B
            """,
            new { userId, id.A, id.B }));
        if (standing is null)
            return new DeliveryMark(userId, id, 0, 0, 0);
        if (standing.IsImpossible)
            await PutRightAsync(userId, id, finishedTo: 0);
        return standing.ToMark();
    }

    /// <summary>The same for many.</summary>
    public async Task<Dictionary<(int UserId, ConversationId Conversation), DeliveryMark>> ReadAsync(
        IReadOnlyCollection<(int UserId, ConversationId Conversation)> places)
    {
        var standings = await StandingsAsync(places);
        foreach (var impossible in standings.Values.Where(standing => standing.IsImpossible))
            await PutRightAsync(impossible.UserId, impossible.Conversation, finishedTo: 0);
        return standings.ToDictionary(each => each.Key, each => each.Value.ToMark());
    }

    /// <summary>
    /// Moves marks forward, each for itself; a lower value than the stored one changes nothing. A mark that must not be stored leaves
    /// no row.
    /// </summary>
    /// <returns>A verdict for each mark, in their order.</returns>
    public async Task<MarkVerdict[]> RaiseAsync(IReadOnlyList<DeliveryMark> marks)
    {
        var standings = await StandingsAsync(marks.Select(mark => (mark.UserId, mark.Conversation)));
        foreach (var impossible in standings.Values.Where(standing => standing.IsImpossible))
            await PutRightAsync(impossible.UserId, impossible.Conversation, finishedTo: 0);
        var verdicts = new MarkVerdict[marks.Count];
        var raised = new Dictionary<(int, ConversationId), DeliveryMark>();
        for (var i = 0; i < marks.Count; i++)
        {
            var mark = marks[i];
            var key = (mark.UserId, mark.Conversation);
            verdicts[i] = standings[key].Judge(mark);
            mark = mark with { HidesRead = standings[key].HidesRead > 0 || standings[key].IsBlocked > 0 };
            if (verdicts[i].Outcome == MarkOutcome.Stored && mark is not { QueuedTo: 0, ReceivedTo: 0, ReadTo: 0 }) // says nothing: no row for it
                raised[key] = raised.TryGetValue(key, out var other) ? Higher(mark, other) : mark;
        }

        if (interest is { WantsPushes: true } && pushes is not null && raised.Values.Any(mark => mark.ReadTo > 0))
        {
            // Before the mark: a crash in between leads to one push more, the other way round to one that never comes.
            await pushes.ForgetAsync([.. raised.Values.Where(mark => mark.ReadTo > 0).Select(mark => new PendingPush(mark.UserId, mark.Conversation, mark.ReadTo))]);
        }

        if (outbox is not null && interest?.Wants(WebhookTypes.ReceiptRead) == true)
            await outbox.AddAsync(WebhookTypes.ReceiptRead, ReadByOf(marks, verdicts, standings)); // before the mark, for the same reason
        if (raised.Count > 0)
            await database.Dialect.RaiseMarksAsync(database, [.. raised.Values], Now);
        return verdicts;
    }

    /// <summary>
    /// Puts the stored marks of conversations right that are about to give numbers. A mark above the head would soon cover messages that
    /// nobody has been given. A mark below 0 is nonsense that another program has written.
    /// </summary>
    public async Task PutRightAsync(IReadOnlyCollection<LogEnd> ends)
    {
        foreach (var some in ends.Chunk(MaxAtOnce))
        {
            var ids = $"[{string.Join(',', some.Select(end => $"[{end.Conversation.A},{end.Conversation.B},{end.Head}]"))}]";
            var found = (await database.ReadAsync(connection => connection.QueryAsync<Key>(database.Dialect.ImpossibleMarks, new { ids }))).AsList();
            foreach (var key in found)
            {
                var id = ConversationId.FromStored(key.A, key.B);
                await PutRightAsync(key.UserId, id, some.First(end => end.Conversation == id).FinishedTo);
            }
        }
    }

    /// <param name="userId">Whose.</param>
    /// <param name="id">Where.</param>
    /// <param name="finishedTo">Up to here the user certainly has everything.</param>
    async Task PutRightAsync(int userId, ConversationId id, long finishedTo)
    {
        var changed = await database.WriteAsync(async (connection, transaction) =>
        {
            var head = await connection.ExecuteScalarAsync<long?>(
                "SELECT l.seq FROM MessageLog l WHERE l.a = @A AND l.b = @B AND l.seq BETWEEN 1 AND 9007199254740991 ORDER BY l.seq DESC LIMIT 1", new { id.A, id.B }, transaction) ?? 0;
            return await connection.ExecuteAsync(
                """
                UPDATE DeliveryMark SET
                    queued_to = CASE WHEN queued_to BETWEEN 0 AND @head THEN queued_to ELSE @finishedTo END,
                    received_to = CASE WHEN received_to BETWEEN 0 AND @head THEN received_to ELSE @finishedTo END,
                    read_to = CASE WHEN read_to < 0 THEN 0 WHEN read_to > @head THEN @head ELSE read_to END,
                    hidden_to = CASE WHEN hidden_to < 0 THEN 0 WHEN hidden_to > @head THEN @head ELSE hidden_to END,
                    shown_to = CASE WHEN shown_to > @head THEN @head ELSE shown_to END
                WHERE userid = @userId AND a = @A AND b = @B
                    AND NOT (queued_to BETWEEN 0 AND @head AND received_to BETWEEN 0 AND @head AND read_to BETWEEN 0 AND @head AND hidden_to BETWEEN 0 AND @head)
                """,
                new { userId, id.A, id.B, head, finishedTo = Math.Min(finishedTo, head) }, transaction);
        });
        if (changed > 0)
            Log.MarkPutRight(logger, userId, id);
    }

    async Task<Dictionary<(int UserId, ConversationId Conversation), MarkStanding>> StandingsAsync(
        IEnumerable<(int UserId, ConversationId Conversation)> places)
    {
        var standings = new Dictionary<(int, ConversationId), MarkStanding>();
        foreach (var some in places.Distinct().Chunk(MaxAtOnce))
        {
            var ids = $"[{string.Join(',', some.Select(key => $"[{key.UserId},{key.Conversation.A},{key.Conversation.B}]"))}]";
            foreach (var standing in await database.ReadAsync(connection => connection.QueryAsync<MarkStanding>(database.Dialect.MarkStandings, new { ids })))
                standings[(standing.UserId, standing.Conversation)] = standing;
        }

        return standings;
    }

    /// <summary>How far users have read further, as others may see it: the last word of each in each conversation.</summary>
    static List<string> ReadByOf(
        IReadOnlyList<DeliveryMark> marks, MarkVerdict[] verdicts, Dictionary<(int UserId, ConversationId Conversation), MarkStanding> standings)
    {
        var read = new SortedDictionary<(int, ConversationId), long>(Comparer<(int UserId, ConversationId Id)>.Create(
            (one, other) => (one.UserId, one.Id.A, one.Id.B).CompareTo((other.UserId, other.Id.A, other.Id.B))));
        for (var i = 0; i < marks.Count; i++)
        {
            var key = (marks[i].UserId, marks[i].Conversation);
            if (verdicts[i].Receipt is { } receipt && receipt.Read > standings[key].ShownRead)
                read[key] = Math.Max(receipt.Read, read.GetValueOrDefault(key));
        }

        return [.. read.Select(each => WebhookData.Of(new ReceiptData(each.Key.Item1, each.Key.Item2.ToString(), each.Value)))];
    }

    long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    static DeliveryMark Higher(DeliveryMark one, DeliveryMark other) => one with
    {
        QueuedTo = Math.Max(one.QueuedTo, other.QueuedTo),
        ReceivedTo = Math.Max(one.ReceivedTo, other.ReceivedTo),
        ReadTo = Math.Max(one.ReadTo, other.ReadTo),
    };
}
