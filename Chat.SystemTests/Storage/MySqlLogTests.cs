using System.Data;
using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Protocol;
using Chat.Tests.Storage;
using Dapper;
using MySqlConnector;
using Xunit;

namespace Chat.SystemTests.Storage;

/// <summary>What is MySQL's own about the log: locks of others, and transactions that are as they are said to be.</summary>
public sealed class MySqlLogTests : IDisposable
{
    static readonly ConversationId One = ConversationId.Direct(1, 2);
    static readonly ConversationId Other = ConversationId.Direct(3, 4);
    static readonly ConversationId Third = ConversationId.Direct(7, 8);

    readonly TemporaryDatabase _database = new(StorageProvider.MySql);
    readonly MessageLogStore _store;

    public MySqlLogTests() => _store = new MessageLogStore(_database.Chat, _database.Node);

    public void Dispose() => _database.Dispose();

    [Fact]
    public async Task A_conversation_that_somebody_has_locked_waits_and_its_neighbours_do_not()
    {
        await _store.AppendAsync([Row(One, 1), Row(Other, 1), Row(Third, 1)]);
        await using var other = new MySqlConnection(_database.ConnectionString + ";Pooling=false");
        await other.OpenAsync();
        await using (var transaction = await other.BeginTransactionAsync(IsolationLevel.RepeatableRead))
        {
            // The gap behind the last row too.
            await other.ExecuteAsync("SELECT seq FROM MessageLog WHERE a = 1 AND b = 2 FOR UPDATE", transaction: transaction);
            var outcomes = await _store.AppendAsync([Row(One, 2), Row(Other, 2), Row(Other, 3), Row(Third, 2)]);
            Assert.Equal(
                [AppendStatus.Unknown, AppendStatus.Written, AppendStatus.Written, AppendStatus.Written], outcomes.Select(outcome => outcome.Status));
        }

        Assert.Equal([AppendStatus.Written], (await _store.AppendAsync([Row(One, 2)])).Select(outcome => outcome.Status));
        Assert.Equal(7, await _database.ScalarAsync<long>("SELECT COUNT(*) FROM MessageLog"));
    }

    [Fact]
    public async Task A_batch_with_a_failing_row_in_each_of_many_conversations_writes_all_the_others()
    {
        var conversations = Enumerable.Range(1, 60).Select(ConversationId.Group).ToList();
        await _store.AppendAsync([.. conversations.Select(id => Row(id, 1))]);
        var rows = conversations.SelectMany(id => (LogRow[])[Row(id, 2), Row(id, 3) with { Cmid = "c1" }, Row(id, 4)]).ToList();
        var outcomes = await _store.AppendAsync(rows);
        for (var i = 0; i < rows.Count; i += 3)
        {
            Assert.Equal(AppendOutcome.Written(rows[i]), outcomes[i]);
            Assert.Equal(AppendOutcome.Duplicate(1, 1001), outcomes[i + 1]);
            Assert.Equal(AppendStatus.Unknown, outcomes[i + 2].Status);
        }

        Assert.Equal(120, await _database.ScalarAsync<long>("SELECT COUNT(*) FROM MessageLog"));
    }

    [Fact]
    public async Task A_row_that_does_not_fit_is_refused_for_ever_and_alone()
    {
        var outcomes = await _store.AppendAsync([Row(One, 1) with { Cmid = new string('x', 300) }, Row(One, 2), Row(Other, 1)]);
        Assert.Equal([AppendStatus.Refused, AppendStatus.Unknown, AppendStatus.Written], outcomes.Select(outcome => outcome.Status));
    }

    [Fact]
    public async Task A_row_that_breaks_a_rule_of_the_database_is_refused_for_ever_and_alone()
    {
        await _database.ExecuteAsync("ALTER TABLE MessageLog ADD CONSTRAINT no_third CHECK (sender <> 3)");
        var outcomes = await _store.AppendAsync([Row(Other, 1, sender: 3), Row(One, 1), Row(Third, 1)]);
        Assert.Equal([AppendStatus.Refused, AppendStatus.Written, AppendStatus.Written], outcomes.Select(outcome => outcome.Status));
    }

    [Fact]
    public async Task More_rows_than_one_statement_takes_are_one_transaction()
    {
        var rows = Enumerable.Range(1, 300).Select(seq => Row(One, seq)).ToList();
        Assert.All(await _store.AppendAsync(rows), outcome => Assert.Equal(AppendStatus.Written, outcome.Status));
        Assert.Equal(300, (await _store.HeadsAsync([One]))[One].Seq);
    }

    [Fact]
    public async Task Every_session_reads_what_is_committed_also_after_a_transaction()
    {
        const string level = "SELECT @@tx_isolation";
        var inside = await _database.Chat.WriteAsync((connection, transaction) => connection.ExecuteScalarAsync<string>(level, transaction: transaction));
        await _store.AppendAsync([.. Enumerable.Range(1, 300).Select(seq => Row(One, seq))]); // in a transaction of its own
        Assert.Equal("READ-COMMITTED", inside);
        Assert.Equal("READ-COMMITTED", await _database.ScalarAsync<string>(level));
        Assert.Equal("READ-COMMITTED", await _database.Chat.WriteOnceAsync((connection, _) => connection.ExecuteScalarAsync<string>(level)));
    }

    static LogRow Row(ConversationId id, long seq, int sender = 1) => new(id, seq, sender, $"c{seq}", 1000 + seq, "{}"u8.ToArray());
}
