using Chat.Checker.Processes;
using Chat.Node.Storage;
using Chat.Node.Storage.MySql;
using Chat.Protocol;
using Chat.Tests.Storage;
using Chat.Tests.Support;
using Dapper;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Chat.SystemTests.Storage;

/// <summary>A Galera cluster for the tests that leave it whole.</summary>
public sealed class WholeGalera : IAsyncLifetime
{
    internal GaleraCluster Cluster { get; private set; } = null!;

    public async Task InitializeAsync() => Cluster = await GaleraCluster.StartAsync();

    public async Task DisposeAsync() => await Cluster.DisposeAsync();
}

/// <summary>
/// Nodes that work on different servers of one Galera cluster at the same time, as they do while they go from one to another: there are no
/// locks between the servers, a commit may be refused, and a server may be behind. What has to be decided once is decided once.
/// </summary>
public sealed class GaleraTests(WholeGalera galera) : IClassFixture<WholeGalera>
{
    const int Rounds = 40;
    static readonly ConversationId Conversation = ConversationId.Group(7);

    [Fact]
    public async Task Several_nodes_on_several_servers_make_the_schema_once()
    {
        var name = await galera.Cluster.CreateDatabaseAsync();
        await Task.WhenAll(Enumerable.Range(1, GaleraCluster.Size).Select(async member =>
        {
            await using var database = Open(member, name);
            await database.MigrateAsync();
        }));
        for (var member = 1; member <= GaleraCluster.Size; member++)
        {
            await using var connection = await galera.Cluster.OpenAsync(member, name);
            Assert.Equal(SchemaScripts.Names, (await connection.QueryAsync<string>("SELECT ScriptName FROM SchemaVersions")).Order());
            Assert.Equal(0, await connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM SchemaTurn"));
            Assert.Empty(await connection.QueryAsync<string>( // rows of these are not found again on the other servers
                """
                SELECT t.TABLE_NAME FROM information_schema.TABLES t WHERE t.TABLE_SCHEMA = DATABASE() AND NOT EXISTS (
                    SELECT 1 FROM information_schema.STATISTICS s WHERE s.TABLE_SCHEMA = t.TABLE_SCHEMA AND s.TABLE_NAME = t.TABLE_NAME AND s.INDEX_NAME = 'PRIMARY')
                """));
        }
    }

    [Fact]
    public async Task The_turn_of_a_node_that_died_is_taken_over()
    {
        var name = await galera.Cluster.CreateDatabaseAsync();
        await using var connection = await galera.Cluster.OpenAsync(2, name);
        await connection.ExecuteAsync("CREATE TABLE SchemaTurn (id INT NOT NULL PRIMARY KEY, owner BIGINT NOT NULL, beat BIGINT NOT NULL); INSERT INTO SchemaTurn VALUES (1, 77, 5)");
        using var log = new CapturedLog();
        await using var database = Open(1, name, log.For<MySqlDatabase>());
        await database.MigrateAsync();
        Assert.Single(log.Of("SchemaTurnTaken"));
        Assert.Equal(0, await connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM SchemaTurn"));

        // Once the schema is there nobody waits for a turn.
        await connection.ExecuteAsync("INSERT INTO SchemaTurn VALUES (1, 78, 5)");
        await using var next = Open(3, name);
        await next.MigrateAsync();
        Assert.Equal(78, await connection.ExecuteScalarAsync<long>("SELECT owner FROM SchemaTurn"));
    }

    [Fact]
    public async Task What_was_acknowledged_by_one_server_is_read_on_another()
    {
        var name = await MigratedAsync();
        await using var one = Open(1, name);
        await using var other = Open(2, name);
        for (var i = 1; i <= 200; i++)
        {
            var row = Row(i, $"c{i}", new string('x', 20_000));
            Assert.Equal(AppendStatus.Written, Assert.Single(await one.Dialect.AppendAsync(one, 1, [row])).Status);
            Assert.Equal(i, await other.ReadAsync(connection => connection.ExecuteScalarAsync<long>("SELECT MAX(seq) FROM MessageLog WHERE a = 0 AND b = 7")));
        }
    }

    [Fact]
    public async Task A_change_finds_the_row_that_another_server_has_just_taken()
    {
        var name = await MigratedAsync();
        await using var one = Open(1, name);
        await using var other = Open(2, name);
        for (var i = 1; i <= 200; i++)
        {
            var identity = new NodeIdentity("here:4053", 1000 + i);
            await new Nodes(one, identity, TimeProvider.System).RegisterAsync();
            Assert.True(await new Nodes(other, identity, TimeProvider.System).BeatAsync(1), $"the node took itself for fenced in round {i}");
        }
    }

    [Fact]
    public async Task Of_two_nodes_that_fence_each_other_on_two_servers_one_succeeds()
    {
        var name = await MigratedAsync();
        await using var one = Open(1, name);
        await using var other = Open(2, name);
        for (var i = 1; i <= Rounds; i++)
        {
            var (here, there) = (new Nodes(one, new NodeIdentity("here:4053", 2 * i), TimeProvider.System), new Nodes(other, new NodeIdentity("there:4053", 2 * i + 1), TimeProvider.System));
            await here.RegisterAsync();
            await there.RegisterAsync();
            var fenced = await Task.WhenAll(here.FenceAsync(2 * i + 1), there.FenceAsync(2 * i));
            Assert.Single(fenced, has => has);
            Assert.Equal(1, await one.ReadAsync(connection => connection.ExecuteScalarAsync<long>(
                "SELECT SUM(fenced) FROM Node WHERE incarnation IN @both", new { both = (long[])[2 * i, 2 * i + 1] })));
        }
    }

    [Fact]
    public async Task Of_nodes_that_form_a_cluster_on_several_servers_one_succeeds()
    {
        for (var round = 1; round <= 5; round++)
        {
            var name = await MigratedAsync();
            await using var one = Open(1, name);
            await using var two = Open(2, name);
            await using var three = Open(3, name);
            var nodes = new[] { one, two, three }.Select((database, i) => new Nodes(database, new NodeIdentity($"n{i}:4053", i + 1), TimeProvider.System)).ToList();
            await Task.WhenAll(nodes.Select(node => node.RegisterAsync()));
            Assert.Single(await Task.WhenAll(nodes.Select(node => node.TryFormAsync([]))), has => has);
        }
    }

    [Fact]
    public async Task Of_two_writers_of_a_conversation_on_two_servers_each_number_has_one()
    {
        var name = await MigratedAsync();
        await using var one = Open(1, name);
        await using var other = Open(2, name);
        for (var i = 1; i <= Rounds; i++)
        {
            LogRow[] rows = [Row(i, $"one{i}"), Row(i, $"other{i}")];
            var outcomes = await Task.WhenAll(one.Dialect.AppendAsync(one, 1, [rows[0]]), other.Dialect.AppendAsync(other, 2, [rows[1]]));
            var status = outcomes.Select(outcome => outcome.Single().Status).ToList();
            Assert.Single(status, AppendStatus.Written);
            Assert.Single(status, AppendStatus.Conflict);
            var stored = await one.ReadAsync(connection => connection.ExecuteScalarAsync<string>("SELECT CONVERT(cmid USING utf8mb4) FROM MessageLog WHERE a = 0 AND b = 7 AND seq = @i", new { i }));
            Assert.Equal(rows[status.IndexOf(AppendStatus.Written)].Cmid, stored);
        }
    }

    [Fact]
    public async Task One_message_of_which_two_servers_hear_is_there_once()
    {
        var name = await MigratedAsync();
        await using var one = Open(1, name);
        await using var other = Open(2, name);
        for (var i = 1; i <= Rounds; i++)
        {
            var outcomes = await Task.WhenAll(one.Dialect.AppendAsync(one, 1, [Row(i, $"c{i}")]), other.Dialect.AppendAsync(other, 2, [Row(i, $"c{i}")]));
            Assert.Equal([AppendStatus.Written, AppendStatus.Duplicate], outcomes.Select(outcome => outcome.Single().Status).Order());
            Assert.All(outcomes, outcome => Assert.Equal(i, outcome.Single().Seq));
        }
    }

    [Fact]
    public async Task A_name_is_given_once_also_by_two_servers()
    {
        var name = await MigratedAsync();
        await using var one = await OpenMigratedAsync(1, name);
        await using var other = await OpenMigratedAsync(2, name);
        for (var i = 1; i <= Rounds; i++)
        {
            // A long s is an s: one name in two texts, which no key of the table would notice.
            var taken = await Task.WhenAll(new Accounts(one).RegisterAsync($"pass{i}", "hash"), new Accounts(other).RegisterAsync($"pa\u017fs{i}", "hash"));
            Assert.Single(taken, id => id is not null);
        }
    }

    [Theory]
    [InlineData("user")]
    [InlineData("group")]
    [InlineData("conversation")]
    public async Task What_is_locked_on_one_server_is_so_on_another(string what)
    {
        var name = await MigratedAsync();
        await using var one = await OpenMigratedAsync(1, name);
        await using var other = await OpenMigratedAsync(2, name);
        await one.WriteAsync((connection, transaction) => connection.ExecuteAsync(
            """
            INSERT INTO Users (id, name, password) VALUES (5, 'x', ''); INSERT INTO AllGroup (id, groupname) VALUES (7, 'g'); INSERT INTO Conversation (a, b) VALUES (0, 7);
            CREATE TABLE Seat (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY)
            """,
            transaction: transaction));
        for (var i = 1; i <= Rounds; i++)
        {
            // Each takes a seat if fewer than i are taken.
            await Task.WhenAll(TakeSeatAsync(one, i), TakeSeatAsync(other, i));
            Assert.Equal(i, await one.ReadAsync(connection => connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM Seat")));
        }

        Task TakeSeatAsync(MySqlDatabase database, int max) => database.WriteAsync(async (connection, transaction) =>
        {
            var sql = what switch { "user" => database.Dialect.LockUser, "group" => database.Dialect.LockGroup, _ => database.Dialect.LockConversation };
            Assert.NotNull(await connection.ExecuteScalarAsync<int?>(sql, new { userId = 5, groupId = 7, A = 0, B = 7 }, transaction));
            return await connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM Seat", transaction: transaction) < max
                ? await connection.ExecuteAsync("INSERT INTO Seat VALUES ()", transaction: transaction)
                : 0;
        });
    }

    async Task<MySqlDatabase> OpenMigratedAsync(int member, string name)
    {
        var database = Open(member, name);
        await database.MigrateAsync();
        return database;
    }

    async Task<string> MigratedAsync()
    {
        var name = await galera.Cluster.CreateDatabaseAsync();
        await using var database = Open(1, name);
        await database.MigrateAsync();
        return name;
    }

    MySqlDatabase Open(int member, string name, ILogger<MySqlDatabase>? logger = null) =>
        new(galera.Cluster[member].ConnectionString(name), logger ?? NullLogger<MySqlDatabase>.Instance);

    static LogRow Row(long seq, string cmid, string text = "hi") =>
        new(Conversation, seq, 5, cmid, 1000 + seq, System.Text.Encoding.UTF8.GetBytes($$"""{"msg":"{{text}}"}"""));
}
