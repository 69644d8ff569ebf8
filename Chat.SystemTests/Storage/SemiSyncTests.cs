using Chat.Checker.Processes;
using Chat.Node.Storage;
using Chat.Node.Storage.MySql;
using Chat.Protocol;
using Chat.Tests.Support;
using Dapper;
using Xunit;

namespace Chat.SystemTests.Storage;

/// <summary>Two servers, of which the second follows the first. The first one dies, an operator promotes the second one, and nodes go on there by themselves.</summary>
public sealed class SemiSyncTests
{
    const int Rounds = 300;
    const string SemiSync = "SET GLOBAL rpl_semi_sync_master_timeout = 600000; SET GLOBAL rpl_semi_sync_master_wait_point = AFTER_SYNC; SET GLOBAL rpl_semi_sync_master_enabled = ON";
    static readonly ConversationId Conversation = ConversationId.Group(7);
    static readonly string[] ReadOnly = ["--read-only=ON"];

    [Fact]
    public async Task Nothing_acknowledged_is_lost_when_the_primary_dies_and_its_replica_is_promoted()
    {
        await using var pair = await ReplicatedPair.StartAsync(SemiSync);
        using var log = new CapturedLog();
        await using var database = new MySqlDatabase(pair.ConnectionString, log.For<MySqlDatabase>());
        await database.MigrateAsync();
        Assert.Empty(log.Of("ReplicationMayLose"));

        var acknowledged = new List<LogRow>();
        var writing = WriteAsync(database, acknowledged);
        await Eventually.TrueAsync(() => Count(acknowledged) > Rounds);
        await pair.Primary.KillAsync();
        await writing; // the first row without an answer ends it
        await pair.PromoteAsync();

        await Eventually.EqualAsync(true, async () => await TryReadAsync(database) is not null);
        var stored = (await TryReadAsync(database))!;
        Assert.Superset(acknowledged.Select(row => row.Seq).ToHashSet(), stored);
        Assert.InRange(stored.Count - acknowledged.Count, 0, 1); // the one without an answer may be there
        var next = Row(stored.Count + 1);
        await Eventually.EqualAsync(true, async () => await TryAppendAsync(database, next)); // the node goes on, on the new primary
        Assert.Single(log.Of("ServerChanged"));
    }

    [Fact]
    public async Task A_primary_that_does_not_wait_for_its_replica_is_warned_of()
    {
        await using var pair = await ReplicatedPair.StartAsync();
        using var log = new CapturedLog();
        await using (var database = new MySqlDatabase(pair.Primary.ConnectionString(pair.Database), log.For<MySqlDatabase>()))
            await database.MigrateAsync();
        Assert.Contains("1 replicas follow it", Assert.Single(log.Of("ReplicationMayLose")), StringComparison.Ordinal);

        await Eventually.EqualAsync(await SchemaAsync(pair.Primary, pair.Database), () => SchemaAsync(pair.Replica, pair.Database));
        await using (var replica = new MySqlDatabase(pair.Replica.ConnectionString(pair.Database), log.For<MySqlDatabase>()))
            await replica.MigrateAsync();
        Assert.Contains("it is a replica", log.Of("ReplicationMayLose")[^1], StringComparison.Ordinal);
    }

    static async Task<string?> SchemaAsync(MariaDbServer server, string database)
    {
        await using var local = await server.OpenLocallyAsync();
        await local.ChangeDatabaseAsync(database);
        return await local.ExecuteScalarAsync<int>("SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'SchemaVersions'") == 0
            ? null
            : await local.ExecuteScalarAsync<string>("SELECT GROUP_CONCAT(ScriptName ORDER BY ScriptName) FROM SchemaVersions");
    }

    static async Task WriteAsync(MySqlDatabase database, List<LogRow> acknowledged)
    {
        for (var seq = 1; await TryAppendAsync(database, Row(seq)); seq++)
        {
            lock (acknowledged)
                acknowledged.Add(Row(seq));
        }
    }

    static int Count(List<LogRow> rows)
    {
        lock (rows)
            return rows.Count;
    }

    static async Task<bool> TryAppendAsync(MySqlDatabase database, LogRow row)
    {
        try
        {
            return (await database.Dialect.AppendAsync(database, 1, [row]))[0].Status is AppendStatus.Written or AppendStatus.Duplicate;
        }
        catch (StorageException)
        {
            return false;
        }
    }

    static async Task<HashSet<long>?> TryReadAsync(MySqlDatabase database)
    {
        try
        {
            return [.. await database.ReadAsync(connection => connection.QueryAsync<long>("SELECT seq FROM MessageLog"))];
        }
        catch (StorageException)
        {
            return null;
        }
    }

    static LogRow Row(long seq) => new(Conversation, seq, 5, $"c{seq}", 1000 + seq, """{"msg":"hi"}"""u8.ToArray());

    sealed class ReplicatedPair : IAsyncDisposable
    {
        ReplicatedPair(MariaDbServer primary, MariaDbServer replica, string database, string connectionString) =>
            (Primary, Replica, Database, ConnectionString) = (primary, replica, database, connectionString);

        public MariaDbServer Primary { get; }

        public MariaDbServer Replica { get; }

        public string Database { get; }

        public string ConnectionString { get; }

        /// <param name="whenTheReplicaIsThere">What the primary is told then: before, it would wait for one.</param>
        public static async Task<ReplicatedPair> StartAsync(string whenTheReplicaIsThere = "DO 0")
        {
            var (port, net) = (FreePort.Next(), $"127.{Random.Shared.Next(64, 128)}.{Random.Shared.Next(1, 255)}");
            var primary = await StartAsync(new MariaDbPlace($"{net}.1", port), ["--server-id=1", "--log-bin=bin", "--sync-binlog=1"]);
            var replica = await StartAsync(new MariaDbPlace($"{net}.2", port), ["--server-id=2", "--log-bin=bin", "--rpl-semi-sync-slave-enabled=ON", .. ReadOnly]);
            await using (var local = await replica.OpenLocallyAsync())
                await local.ExecuteAsync($"RESET MASTER; CHANGE MASTER TO MASTER_HOST = '{net}.1', MASTER_PORT = {port}, MASTER_USER = '{MariaDbServer.GuestUser}', MASTER_USE_GTID = slave_pos; START SLAVE");
            var database = await primary.CreateDatabaseAsync();
            await Eventually.EqualAsync(1, async () =>
            {
                await using var local = await replica.OpenLocallyAsync();
                return await local.ExecuteScalarAsync<int>("SELECT COUNT(*) FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = @database", new { database });
            });
            await using (var local = await primary.OpenLocallyAsync())
                await local.ExecuteAsync(whenTheReplicaIsThere);
            var both = new MySqlConnector.MySqlConnectionStringBuilder(primary.ConnectionString(database)) { Server = $"{net}.1,{net}.2" };
            return new ReplicatedPair(primary, replica, database, both.ConnectionString);
        }

        /// <summary>What it has received is applied first, as an operator would wait for.</summary>
        public async Task PromoteAsync()
        {
            await using var local = await Replica.OpenLocallyAsync();
            await Eventually.EqualAsync(true, async () =>
            {
                var status = (IDictionary<string, object?>)await local.QuerySingleAsync("SHOW SLAVE STATUS");
                return status["Slave_SQL_Running_State"]?.ToString()?.StartsWith("Slave has read all relay log", StringComparison.Ordinal) == true;
            });
            await local.ExecuteAsync("STOP SLAVE; RESET SLAVE ALL; SET GLOBAL read_only = OFF");
        }

        public async ValueTask DisposeAsync()
        {
            await Replica.DisposeAsync();
            await Primary.DisposeAsync();
        }

        static async Task<MariaDbServer> StartAsync(MariaDbPlace place, string[] options)
        {
            var server = await MariaDbServer.CreateAsync(place, options);
            await server.StartAsync();
            await using var local = await server.OpenLocallyAsync();
            await local.ExecuteAsync($"CREATE USER IF NOT EXISTS {MariaDbServer.GuestUser}@'%'; GRANT ALL PRIVILEGES ON *.* TO {MariaDbServer.GuestUser}@'%'");
            return server;
        }
    }
}
