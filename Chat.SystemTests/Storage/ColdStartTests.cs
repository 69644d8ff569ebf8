using Chat.Checker.Processes;
using Chat.Node.Conversations;
using Chat.Node.Storage;
using Chat.Node.Storage.MySql;
using Chat.Protocol;
using Chat.Tests.Storage;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Chat.SystemTests.Storage;

/// <summary>
/// Everybody comes back at once: ten thousand conversations start together, half of them groups. Every tenth user and every
/// seventh group do not exist, every third conversation has two messages, and some of these may not be finished.
/// </summary>
public sealed class ColdStartTests(Streams streams) : IClassFixture<Streams>
{
    const int Half = 5_000;

    /// <summary>Far below a read for each; how many gather in a batch depends on how busy the machine is.</summary>
    const int MaxSelects = Half / 5;

    const long Since = 1_000_000;
    const int FirstUnfinished = Half - 200;

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Conversations_that_start_together_are_loaded_together_by_MySql()
    {
        await using var server = await MariaDbServer.StartNewAsync();
        var name = await server.CreateDatabaseAsync();
        await using var database = new MySqlDatabase(server.ConnectionString(name), NullLogger<MySqlDatabase>.Instance);
        await database.MigrateAsync();
        await FillAsync(database, ManyRows.InMariaDb);
        await using var connection = await server.OpenAsync();
        var before = await SelectsAsync();
        var unfinished = await StartAllAsync(database);
        Assert.InRange(await SelectsAsync() - before, 1, MaxSelects + unfinished);

        async Task<long> SelectsAsync() => long.Parse((await connection.QuerySingleAsync<(string, string Value)>("SHOW GLOBAL STATUS LIKE 'Com_select'")).Value);
    }

    [Fact]
    public async Task Conversations_that_start_together_are_loaded_together_by_Sqlite()
    {
        using var temporary = new TemporaryDatabase();
        await FillAsync(temporary.Chat, ManyRows.InSqlite);
        var database = new CountingDatabase(temporary.Chat);
        var unfinished = await StartAllAsync(database);
        Assert.InRange(database.Reads, 1, MaxSelects + unfinished);
    }

    /// <summary>Returns how many had something unfinished: their messages are read one conversation after the other.</summary>
    async Task<int> StartAllAsync(IChatDatabase database)
    {
        var loader = new ConversationLoader(
            new MessageLogStore(database, new NodeIdentity("here:4053", 1)), new Accounts(database), new ContactStore(database),
            new DeliveryMarks(database, TimeProvider.System, NullLogger<DeliveryMarks>.Instance), new UnfinishedNodes(() => Task.FromResult<long>(Since)), keepsHistory: true, streams.Materializer);
        var ids = Enumerable.Range(1, Half).SelectMany(i => new[] { ConversationId.Group(i), ConversationId.Direct(i, i + 1) }).ToList();
        var starts = await Task.WhenAll(ids.Select(id => loader.StartAsync(id, long.MaxValue))).WaitAsync(Patience);
        var wrong = ids.Zip(starts, (id, start) => (Id: id, Start: start)).Where(each => !IsRight(each.Id, each.Start)).Select(each => $"{each.Id}: {each.Start}").ToList();
        Assert.True(wrong.Count == 0, string.Join('\n', wrong.Take(5)));
        return starts.Count(start => start.Unfinished.Count > 0);
    }

    static bool IsRight(ConversationId id, ConversationStart start)
    {
        var i = id.IsGroup ? id.B : id.A;
        var members = new[] { i, i + 1 }.Where(user => user % 10 != 0 && !(id.IsGroup && i % 7 == 0));
        if (!start.Participants.Members.SetEquals(members))
            return false;
        if (i % 3 != 0)
            return start.Head is null && start.Unfinished.Count == 0;
        var second = i >= FirstUnfinished ? Since : Since - 1;
        return start.Head == new LogHead(2, second, i, "c2") && start.Unfinished.Select(row => row.Seq).SequenceEqual(second == Since ? [2L] : []);
    }

    static async Task FillAsync(IChatDatabase database, Func<int, string> series)
    {
        var message = $"'c' || m.seq, CASE WHEN m.seq = 2 AND x.seq >= {FirstUnfinished} THEN {Since} WHEN m.seq = 2 THEN {Since - 1} ELSE 5 END, 1, x'7B7D'";
        foreach (var statement in (string[])[
            $"INSERT INTO Users (id, name, password, state) SELECT seq, 'user' || seq, '', 'offline' FROM {series(Half + 1)} x WHERE seq % 10 <> 0",
            $"INSERT INTO AllGroup (id, groupname) SELECT seq, 'group' || seq FROM {series(Half)} x WHERE seq % 7 <> 0",
            $"INSERT INTO GroupUser (groupid, userid) SELECT g.seq, g.seq + m.seq - 1 FROM {series(Half)} g, {series(2)} m",
            $"INSERT INTO MessageLog (a, b, seq, sender, cmid, ts, node, body) SELECT 0, x.seq, m.seq, x.seq, {message} FROM {series(Half)} x, {series(2)} m WHERE x.seq % 3 = 0",
            $"INSERT INTO MessageLog (a, b, seq, sender, cmid, ts, node, body) SELECT x.seq, x.seq + 1, m.seq, x.seq, {message} FROM {series(Half)} x, {series(2)} m WHERE x.seq % 3 = 0"])
        {
            await database.WriteAsync(async (connection, transaction) =>
            {
                if (database is MySqlDatabase)
                    await connection.ExecuteAsync("SET SESSION sql_mode = CONCAT(@@sql_mode, ',PIPES_AS_CONCAT')", transaction: transaction);
                await connection.ExecuteAsync(statement, transaction: transaction);
                return true;
            });
        }
    }
}
