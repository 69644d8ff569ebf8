using System.Text.Encodings.Web;
using System.Text.Json;
using Chat.Protocol;
using Dapper;

namespace Chat.Node.Storage;

/// <summary>How far a conversation is in the index, and how far it could be.</summary>
/// <param name="Conversation">Which.</param>
/// <param name="Seq">Messages up to here are in the index.</param>
/// <param name="Rev">And so are changes up to here.</param>
/// <param name="Head">Its last number.</param>
/// <param name="NewestRev">Of its newest change.</param>
sealed record SearchStanding(ConversationId Conversation, long Seq, long Rev, long Head, long NewestRev)
{
    public bool IsBehind => Head != Seq || NewestRev != Rev;
}

/// <summary>A row of the log, for the search.</summary>
/// <param name="Id">Its place among all rows, or 0.</param>
/// <param name="Row">What it says.</param>
sealed record SearchRow(long Id, LogRow Row)
{
    public SearchPlace Place => new(Id, Row.Conversation.A, Row.Conversation.B, Row.Seq);
}

/// <summary>What is written into the index of one conversation.</summary>
/// <param name="Basis">How it was; if it is another way meanwhile, nothing is written.</param>
/// <param name="Seq">How far it is then.</param>
/// <param name="Rev">How far it is with changes.</param>
/// <param name="Texts">The tokens of its messages, one text each.</param>
sealed record SearchStep(SearchStanding Basis, long Seq, long Rev, IReadOnlyList<(SearchRow Row, string Tokens)> Texts);

/// <summary>The index of messages by their words: tables that are filled in the background, and that say nothing which the log does not say.</summary>
sealed class SearchStore(IChatDatabase database)
{
    /// <summary>Messages that are looked at in one statement, at most, of each conversation (<see cref="SearchSql.RowsAbove"/>).</summary>
    public const int RowsAtOnce = 50;

    sealed class StandingRow
    {
        public int A { get; init; }

        public int B { get; init; }

        public long Seq { get; init; }

        public long Rev { get; init; }

        public long Head { get; init; }

        public long Newest { get; init; }
    }

    sealed class TextRow
    {
        public long Id { get; init; }

        public int A { get; init; }

        public int B { get; init; }

        public long Seq { get; init; }

        public int Sender { get; init; }

        public long Ts { get; init; }

        public object? Body { get; init; }

        public long Rev { get; init; }

        public long Rewritten { get; init; }

        public SearchRow ToRow() => new(Id, new LogRow(ConversationId.FromStored(A, B), Seq, Sender, "", StoredNumbers.OrZero(Ts), SqlDialect.BytesOf(Body)));
    }

    sealed class CursorRow
    {
        public long Seq { get; init; }

        public long Rev { get; init; }
    }

    SearchSql Sql => database.Dialect.Search;

    /// <summary>How far conversations are.</summary>
    public Task<List<SearchStanding>> StandingsAsync(IReadOnlyCollection<ConversationId> ids) => database.ReadAsync(async connection =>
        (await connection.QueryAsync<StandingRow>(Sql.Standings, new { ids = SqlDialect.PairsOf(ids) }))
            .Select(row => new SearchStanding(ConversationId.FromStored(row.A, row.B), row.Seq, row.Rev, row.Head, row.Newest)).ToList());

    /// <summary>The next messages that the index lacks, of each conversation.</summary>
    public Task<List<SearchRow>> RowsBehindAsync(IEnumerable<SearchStanding> standings) => database.ReadAsync(async connection =>
    {
        var ids = string.Join(',', standings.Select(each => $"[{each.Conversation.A},{each.Conversation.B},{each.Seq}]"));
        return (await connection.QueryAsync<TextRow>(Sql.RowsAbove, new { ids = $"[{ids}]" })).Select(row => row.ToRow()).ToList();
    });

    /// <summary>The next messages that were changed since the index was written: with another text, or with another state only. Ascending by rev.</summary>
    public Task<List<(SearchRow Row, long Rev, bool HasNewText)>> ChangedAsync(SearchStanding standing) => database.ReadAsync(async connection =>
    {
        var id = standing.Conversation;
        var rows = await connection.QueryAsync<TextRow>(Sql.ChangedRows, new { id.A, id.B, rev = standing.Rev, limit = RowsAtOnce });
        return rows.Select(row => (row.ToRow(), row.Rev, row.Rewritten > 0)).ToList();
    });

    /// <summary>Writes the steps, each unless somebody else has written the same conversation since it was read.</summary>
    public Task WriteAsync(IReadOnlyList<SearchStep> steps) => database.WriteAsync(async (connection, transaction) =>
    {
        var texts = new List<(SearchRow Row, string Tokens)>();
        foreach (var step in steps.OrderBy(step => (step.Basis.Conversation.A, step.Basis.Conversation.B)))
        {
            var id = step.Basis.Conversation;
            await connection.ExecuteAsync(Sql.MakeCursor, new { id.A, id.B }, transaction);
            var cursor = await connection.QuerySingleAsync<CursorRow>(Sql.LockCursor, new { id.A, id.B }, transaction);
            if (cursor.Seq != step.Basis.Seq || cursor.Rev != step.Basis.Rev)
                continue;
            await connection.ExecuteAsync(
                "UPDATE SearchCursor SET seq = @Seq, rev = @Rev WHERE a = @A AND b = @B", new { step.Seq, step.Rev, id.A, id.B }, transaction);
            texts.AddRange(step.Texts);
        }

        if (texts.Count > 0)
            await connection.ExecuteAsync(Sql.StoreTokens, new { rows = ToJson(texts) }, transaction);
        return texts.Count;
    });

    /// <summary>Messages with all terms in one of the scopes, the newest first.</summary>
    /// <param name="terms">Tokens; one that ends with <c>*</c> stands for all that begin so.</param>
    /// <param name="scopes">Tokens.</param>
    /// <param name="before">Only what is older than this.</param>
    /// <param name="limit">How many.</param>
    public Task<List<SearchRow>> FindAsync(IEnumerable<string> terms, IEnumerable<string> scopes, SearchPlace before, int limit) => database.ReadAsync(async connection =>
    {
        var match = Sql.Match(terms, scopes);
        var rows = await connection.QueryAsync<TextRow>(Sql.Find, new { match, before.Order, before.A, before.B, before.Seq, limit });
        return rows.Where(row => StoredNumbers.Conversation(row.A, row.B) is not null).Select(row => row.ToRow()).ToList();
    });

    /// <summary>The groups that a user is in.</summary>
    public Task<List<int>> GroupsOfAsync(int userId) => database.ReadAsync(async connection =>
        (await connection.QueryAsync<int>("SELECT groupid FROM GroupUser WHERE userid = @userId", new { userId })).AsList());

    /// <summary>Up to where the user has cleared conversations, or came too late to see them.</summary>
    public Task<Dictionary<ConversationId, long>> HiddenAsync(int userId) => database.ReadAsync(async connection =>
        (await connection.QueryAsync<StandingRow>(
            """
            SELECT a, b, hidden_to AS seq FROM DeliveryMark WHERE userid = @userId AND hidden_to > 0
            UNION ALL SELECT 0, g.groupid, MIN(g.join_seq) - 1 FROM GroupUser g JOIN GroupPolicy p ON p.groupid = g.groupid AND p.history = 1
                WHERE g.userid = @userId GROUP BY g.groupid
            """,
            new { userId }))
            .Where(row => StoredNumbers.Conversation(row.A, row.B) is not null)
            .GroupBy(row => ConversationId.FromStored(row.A, row.B))
            .ToDictionary(own => own.Key, own => own.Max(row => StoredNumbers.OrZero(row.Seq))));

    static string ToJson(IReadOnlyList<(SearchRow Row, string Tokens)> texts)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartArray();
            foreach (var (row, tokens) in texts.OrderBy(text => text.Row.Id)) // FTS5 writes a part of its own for each step back
            {
                writer.WriteStartArray();
                writer.WriteNumberValue(row.Id);
                writer.WriteNumberValue(row.Row.Conversation.A);
                writer.WriteNumberValue(row.Row.Conversation.B);
                writer.WriteNumberValue(row.Row.Seq);
                writer.WriteNumberValue(row.Row.Ts);
                writer.WriteStringValue(tokens);
                writer.WriteEndArray();
            }

            writer.WriteEndArray();
        }

        return System.Text.Encoding.UTF8.GetString(buffer.ToArray());
    }
}
