using Chat.Checker.Processes;
using Chat.Node.Storage;
using Chat.Node.Storage.MySql;
using Chat.Node.Telemetry;
using Chat.Tests.Telemetry;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Chat.SystemTests.Storage;

/// <summary>Connections and servers that are not as one would like them to be.</summary>
public sealed class MySqlSessionTests
{
    [Fact]
    public async Task Names_are_compared_as_their_column_is()
    {
        var server = await MariaDbServer.SharedAsync();
        await using var database = Open(server, await server.CreateDatabaseAsync());
        Assert.Equal("utf8mb4_bin", await database.ReadAsync(connection => connection.ExecuteScalarAsync<string>("SELECT @@collation_connection")));
        Assert.Equal("utf8mb4_bin", await database.ReadAsync(connection => connection.ExecuteScalarAsync<string>("SELECT COLLATION(LOWER(@x))", new { x = "é" })));
    }

    /// <summary>Else each statement would cost three more round trips.</summary>
    [Fact]
    public async Task A_session_is_prepared_once()
    {
        await using var server = await MariaDbServer.StartNewAsync();
        await using var database = Open(server, await server.CreateDatabaseAsync());
        for (var i = 0; i < 20; i++)
            await database.ReadAsync(connection => connection.ExecuteScalarAsync<int>("SELECT 1"));
        var shows = await database.ReadAsync(connection => connection.QueryAsync<(string Name, long Value)>("SHOW GLOBAL STATUS LIKE 'Com_show_variables'"));
        Assert.InRange(Assert.Single(shows).Value, 1, 2); // before and after what had to be set
    }

    [Fact]
    public async Task A_least_size_of_the_pool_is_no_harm()
    {
        var server = await MariaDbServer.SharedAsync();
        await using var database = Open(server, await server.CreateDatabaseAsync(), "Minimum Pool Size=5");
        Assert.Equal(1, await database.WriteOnceAsync((connection, _) => connection.ExecuteScalarAsync<int>("SELECT 1")));
    }

    [Fact]
    public async Task A_server_that_takes_no_table_without_a_primary_key_is_good_enough()
    {
        await using var server = await MariaDbServer.StartNewAsync("--innodb-force-primary-key=ON");
        await using var database = Open(server, await server.CreateDatabaseAsync());
        await database.MigrateAsync();
        Assert.Equal(0, await database.ReadAsync(connection => connection.ExecuteScalarAsync<int>("SELECT COUNT(seq) FROM OfflineMessage")));
    }

    [Fact]
    public async Task Nothing_is_cut_on_a_server_that_would()
    {
        await using var server = await MariaDbServer.StartNewAsync("--sql-mode=");
        var name = await server.CreateDatabaseAsync();
        await server.ExecuteAsync(
            "CREATE TABLE Users (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(500), password VARCHAR(50), state ENUM('online', 'offline'));"
            + "INSERT INTO Users (name) VALUES (REPEAT('x', 300))",
            name);
        await using var database = Open(server, name);
        await database.MigrateAsync();
        Assert.Equal(300, await database.ReadAsync(connection => connection.ExecuteScalarAsync<int>("SELECT LENGTH(name) FROM Users")));
    }

    [Fact]
    public async Task A_server_that_became_a_replica_is_left()
    {
        await using var server = await MariaDbServer.StartNewAsync();
        var name = await server.CreateDatabaseAsync();
        await server.ExecuteAsync($"CREATE TABLE t (x INT); CREATE USER plain@'%'; GRANT ALL ON {name}.* TO plain@'%'", name);
        await using var database = new MySqlDatabase(
            server.ConnectionString(name).Replace("User ID=root", "User ID=plain", StringComparison.Ordinal), NullLogger<MySqlDatabase>.Instance);
        var before = await IdAsync();
        Assert.Equal(before, await IdAsync());
        await server.ExecuteAsync("SET GLOBAL read_only = ON");
        await Assert.ThrowsAsync<StorageException>(InsertAsync);
        Assert.NotEqual(before, await IdAsync());
        await server.ExecuteAsync("SET GLOBAL read_only = OFF");
        Assert.Equal(1, await InsertAsync());

        Task<long> IdAsync() => database.ReadAsync(connection => connection.ExecuteScalarAsync<long>("SELECT CONNECTION_ID()"));
        Task<int> InsertAsync() => database.WriteAsync((connection, transaction) => connection.ExecuteAsync("INSERT INTO t VALUES (1)", transaction: transaction));
    }

    [Fact]
    public async Task Nothing_comes_of_what_was_given_up()
    {
        var server = await MariaDbServer.SharedAsync();
        var name = await server.CreateDatabaseAsync();
        await server.ExecuteAsync("CREATE TABLE t (x INT PRIMARY KEY); INSERT INTO t VALUES (1)", name);
        using var meter = new NodeMeter("Chat.Repeats");
        using var readings = new Readings(meter.Meter);
        await using var database = new MySqlDatabase(new MySqlServers(server.ConnectionString(name)), NullLogger<MySqlDatabase>.Instance, meter: meter);
        await using var holder = await server.OpenAsync(name);
        await using var held = await holder.BeginTransactionAsync();
        await holder.ExecuteAsync("UPDATE t SET x = 1 WHERE x = 1", transaction: held);
        await holder.ExecuteAsync("DELETE FROM t WHERE x = 1", transaction: held);
        var attempts = 0;
        // Each attempt waits three seconds for the lock: a fourth one would end after the ten seconds of the caller.
        await Assert.ThrowsAsync<StorageException>(() => database.WriteAsync((connection, transaction) =>
        {
            Interlocked.Increment(ref attempts);
            return connection.ExecuteAsync("INSERT INTO t VALUES (1)", transaction: transaction);
        }));
        Assert.InRange(Volatile.Read(ref attempts), 2, 3);
        Assert.Equal(Volatile.Read(ref attempts) - 1, readings.Of("chat.db.repeats"));
        Assert.Equal(1, readings.Of("chat.db.failures", "write"));
        // A batch does not wait so long, and is not repeated: its rows are written apart.
        var locked = await Assert.ThrowsAsync<StorageException>(() => database.WriteOnceAsync((connection, _) =>
        {
            Interlocked.Exchange(ref attempts, 1);
            return connection.ExecuteAsync("INSERT INTO t VALUES (1)");
        }));
        Assert.True(locked.IsLock);
        Assert.Equal(1, Volatile.Read(ref attempts));
        await held.CommitAsync();
        Assert.Equal(0, await database.ReadAsync(connection => connection.ExecuteScalarAsync<int>("SELECT COUNT(*) FROM t")));
    }

    [Fact]
    public async Task A_restart_of_the_server_costs_no_statement_that_can_be_repeated()
    {
        await using var server = await MariaDbServer.StartNewAsync();
        await using var database = Open(server, await server.CreateDatabaseAsync());
        await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => database.ReadAsync(connection => connection.ExecuteAsync("SELECT SLEEP(0.2)"))));
        await server.KillAsync();
        await server.StartAsync();
        Assert.Equal(1, await database.ReadAsync(connection => connection.ExecuteScalarAsync<int>("SELECT 1")));
        Assert.Equal(1, await database.WriteOnceAsync((connection, _) => connection.ExecuteScalarAsync<int>("SELECT 1")));
    }

    static MySqlDatabase Open(MariaDbServer server, string name, string more = "") =>
        new(server.ConnectionString(name, more), NullLogger<MySqlDatabase>.Instance);
}
