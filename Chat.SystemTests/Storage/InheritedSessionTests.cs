using Chat.Checker.Processes;
using Chat.Node.Storage;
using Chat.Node.Storage.MySql;
using Chat.Protocol;
using Chat.Tests.Support;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Chat.SystemTests.Storage;

/// <summary>A server whose sessions begin with settings that make less of a commit, or cut answers.</summary>
public sealed class HostileServer : IAsyncLifetime
{
    const string User = "plain";

    internal MariaDbServer Server { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Server = await MariaDbServer.StartNewAsync("--enforce-storage-engine=");
        // Not an administrator: for those init_connect is not run.
        await Server.ExecuteAsync(
            $"""
            CREATE USER {User}@'%'; GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, INDEX, DROP ON `chat%`.* TO {User}@'%';
            CREATE DATABASE elsewhere; GRANT ALL ON elsewhere.* TO {User}@'%'
            """);
    }

    public async Task DisposeAsync() => await Server.DisposeAsync();

    internal string ConnectionString(string database, string more = "") =>
        Server.ConnectionString(database, more).Replace("User ID=root", $"User ID={User}", StringComparison.Ordinal);
}

/// <summary>
/// Whatever variables the server gives its sessions: what was answered is there when all connections have ended without another
/// word, as those of a killed node do, and lists are whole.
/// </summary>
public sealed class InheritedSessionTests(HostileServer hostile) : IClassFixture<HostileServer>
{
    const int Users = 12;
    const int Rows = 300;

    static readonly NodeIdentity Node = new("here:4053", 1001);
    static readonly ConversationId Group = ConversationId.Group(1);

    public static TheoryData<string, string> Settings => new()
    {
        { "autocommit", "0" },
        { "completion_type", "1" },
        { "completion_type", "2" },
        { "sql_select_limit", "5" },
        { "sql_safe_updates", "1" },
        { "tx_read_only", "1" },
        { "tx_isolation", "'SERIALIZABLE'" },
        { "max_join_size", "1" },
        { "unique_checks", "0" },
        { "foreign_key_checks", "0" },
        { "sql_auto_is_null", "1" },
        { "sql_mode", "'ANSI_QUOTES,PIPES_AS_CONCAT,IGNORE_SPACE'" },
        { "default_storage_engine", "MyISAM" },
        { "group_concat_max_len", "4" },
        { "max_sort_length", "8" },
        { "max_statement_time", "0.02" },
        { "max_statement_time", "0.001" },
        { "wait_timeout", "1" },
        { "net_read_timeout", "1" },
        { "innodb_lock_wait_timeout", "1" },
        { "lock_wait_timeout", "0" },
        { "idle_transaction_timeout", "1" },
        { "time_zone", "'+09:00'" },
        { "alter_algorithm", "'INSTANT'" },
        { "system_versioning_asof", "'2020-01-01'" },
        { "div_precision_increment", "0" },
        { "big_tables", "1" },
        { "optimizer_switch", "'derived_merge=off,semijoin=off,mrr=on'" },
        { "net_write_timeout", "1" },
        { "low_priority_updates", "1" },
        { "collation_connection", "latin1_swedish_ci" },
        { "max_recursive_iterations", "1" },
        { "init_connect", "'SET autocommit=0'" },
        { "init_connect", "'START TRANSACTION'" },
        { "init_connect", "'SET autocommit=0, completion_type=1; START TRANSACTION READ ONLY'" },
        { "init_connect", "'SET sql_select_limit=5'" },
        { "init_connect", "'SET NAMES latin1'" },
        { "init_connect", "'SET max_statement_time=0.001'" },
        { "init_connect", "'USE elsewhere'" },
        { "init_connect", "'SET timestamp=1'" },
        { "init_connect", "'SET sql_select_limit=1, sql_safe_updates=1, max_join_size=1, unique_checks=0, sql_mode=\"\"'" },
    };

    [Theory]
    [MemberData(nameof(Settings))]
    public async Task What_was_answered_is_there_and_lists_are_whole(string variable, string value)
    {
        var server = hostile.Server;
        var name = await server.CreateDatabaseAsync();
        await using (var administrator = await server.OpenAsync(name))
        {
            var before = await administrator.ExecuteScalarAsync<string>($"SELECT @@GLOBAL.{variable}");
            await administrator.ExecuteAsync($"SET GLOBAL {variable} = {value}");
            try
            {
                await using (var database = Open(name))
                {
                    await WriteAsync(database);
                    await ReadAsync(database);
                }

                Assert.Equal(Rows, await administrator.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM MessageLog"));
                Assert.Equal(Rows, await administrator.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM OfflineMessage"));
                Assert.Equal(Rows, await administrator.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM DeliveryMark WHERE read_to = 7"));
                Assert.Equal(Users, await administrator.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM Users"));
                Assert.Equal(Users, await administrator.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM GroupUser"));
                Assert.Equal(1, await administrator.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM Node WHERE confirmed_before = 77"));
                Assert.Equal(SchemaAge.Known(MySqlMigrations.Scripts).Count(), await administrator.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM SchemaVersions"));
            }
            finally
            {
                await administrator.ExecuteAsync(
                    variable == "alter_algorithm" || variable == "system_versioning_asof"
                        ? $"SET GLOBAL {variable} = DEFAULT"
                        : $"SET GLOBAL {variable} = {(decimal.TryParse(before, System.Globalization.CultureInfo.InvariantCulture, out _) ? before : $"'{before}'")}");
            }
        }
    }

    /// <summary>A reset brings back the server's own values, and does not run init_connect: also then.</summary>
    [Fact]
    public async Task Also_after_the_pool_has_reset_its_connections()
    {
        var name = await hostile.Server.CreateDatabaseAsync();
        await hostile.Server.ExecuteAsync("SET GLOBAL autocommit = 0; SET GLOBAL sql_select_limit = 5");
        try
        {
            await using var database = Open(name, "Connection Reset=true");
            await WriteAsync(database);
            await ReadAsync(database);
            Assert.Equal(Rows, await database.ReadAsync(connection => connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM MessageLog")));
        }
        finally
        {
            await hostile.Server.ExecuteAsync("SET GLOBAL autocommit = 1; SET GLOBAL sql_select_limit = 18446744073709551615");
        }

        await using var administrator = await hostile.Server.OpenAsync(name);
        Assert.Equal(Rows, await administrator.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM MessageLog"));
    }

    /// <summary>Something changes a session that is in use: the batch is refused by the server itself, and goes over a new one.</summary>
    [Theory]
    [InlineData("SET autocommit = 0")]
    [InlineData("START TRANSACTION")]
    [InlineData("SET autocommit = 0, sql_mode = ''")]
    public async Task A_batch_that_would_not_be_committed_is_not_taken_for_committed(string spoil)
    {
        var name = await hostile.Server.CreateDatabaseAsync();
        await using (var database = Open(name))
        {
            await database.MigrateAsync();
            var log = new MessageLogStore(database, Node);
            await log.AppendAsync([Row(1)]);
            for (var i = 2; i <= 6; i++)
            {
                await database.WriteOnceAsync((connection, _) => connection.ExecuteAsync(spoil));
                Assert.Equal([AppendStatus.Written], (await UntilWrittenAsync(log, Row(i))).Select(outcome => outcome.Status));
            }
        }

        await using var administrator = await hostile.Server.OpenAsync(name);
        Assert.Equal(6, await administrator.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM MessageLog"));
    }

    [Fact]
    public async Task A_variable_that_cannot_be_made_right_is_named_and_nothing_is_sent()
    {
        var server = hostile.Server;
        var name = await server.CreateDatabaseAsync();
        await server.ExecuteAsync("SET GLOBAL init_connect = 'SET sql_log_bin = 0'; CREATE USER logger@'%'; GRANT ALL ON *.* TO logger@'%'; REVOKE SUPER, CONNECTION ADMIN ON *.* FROM logger@'%'");
        var connectionString = hostile.ConnectionString(name).Replace("User ID=plain", "User ID=logger", StringComparison.Ordinal);
        try
        {
            // This user may turn the binary log off, and on again.
            await using var database = new MySqlDatabase(connectionString, NullLogger<MySqlDatabase>.Instance);
            Assert.Equal(1, await database.ReadAsync(connection => connection.ExecuteScalarAsync<int>("SELECT @@sql_log_bin")));
        }
        finally
        {
            await server.ExecuteAsync("SET GLOBAL init_connect = ''");
        }

        var variables = new SessionVariables(3);
        Assert.Equal("sql_log_bin is OFF, expected is ON", variables.Complaint(new Dictionary<string, string> { ["sql_log_bin"] = "OFF", ["autocommit"] = "ON" }));
        Assert.Null(variables.Complaint(new Dictionary<string, string> { ["wait_timeout"] = "1" }));
        Assert.Equal(["wait_timeout = 28800"], variables.Corrections(new Dictionary<string, string> { ["wait_timeout"] = "1" }));
    }

    [Theory]
    [InlineData("DeliveryMark")]
    [InlineData("SystemOutbox")]
    [InlineData("MessageState")]
    [InlineData("PendingPush")]
    public async Task A_table_without_transactions_is_refused_at_the_start(string table)
    {
        var name = await hostile.Server.CreateDatabaseAsync();
        await using var database = Open(name);
        await database.MigrateAsync();
        await hostile.Server.ExecuteAsync($"ALTER TABLE {table} ENGINE = MyISAM", name);
        var refusal = await Assert.ThrowsAsync<StorageException>(database.MigrateAsync);
        Assert.Contains($"{table} (MyISAM)", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_table_is_looked_at()
    {
        var name = await hostile.Server.CreateDatabaseAsync();
        await using var database = Open(name);
        await database.MigrateAsync();
        var there = await database.ReadAsync(connection => connection.QueryAsync<string>(
            "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME <> 'SchemaVersions'"));
        Assert.Equal(there.Order(StringComparer.Ordinal), SchemaAge.Tables(MySqlMigrations.Scripts).Order(StringComparer.Ordinal));
    }

    MySqlDatabase Open(string name, string more = "") => new(hostile.ConnectionString(name, more), NullLogger<MySqlDatabase>.Instance);

    static LogRow Row(int seq, string text = "é") => new(Group, seq, 1, $"c{seq}", 1000 + seq, System.Text.Encoding.UTF8.GetBytes($"{{\"msg\":\"{text}\"}}"));

    /// <summary>As senders do, who are told to try again.</summary>
    static async Task<AppendOutcome[]> UntilWrittenAsync(MessageLogStore log, LogRow row)
    {
        var deadline = DateTime.UtcNow + TimeSpan.FromSeconds(30);
        while (true)
        {
            try
            {
                return await log.AppendAsync([row]);
            }
            catch (StorageException) when (DateTime.UtcNow < deadline)
            {
                await Task.Delay(50);
            }
        }
    }

    static async Task WriteAsync(MySqlDatabase database)
    {
        await database.MigrateAsync();
        var accounts = new Accounts(database, false);
        var contacts = new ContactStore(database, false);
        var nodes = new Nodes(database, Node, TimeProvider.System);
        await nodes.RegisterAsync();
        Assert.True(await nodes.BeatAsync(77));
        for (var i = 1; i <= Users; i++)
            Assert.Equal(i, await accounts.RegisterAsync($"üser-{i}", "secret"));
        Assert.Equal(1, await contacts.CreateGroupAsync(1, "gröup", "all"));
        for (var i = 2; i <= Users; i++)
        {
            Assert.True(await database.JoinGroupAsync(i, 1));
            Assert.True(await contacts.AddFriendAsync(1, i));
        }

        var log = new MessageLogStore(database, Node);
        Assert.All(await log.AppendAsync([Row(1)]), outcome => Assert.Equal(AppendStatus.Written, outcome.Status));
        Assert.All(await log.AppendAsync([.. Enumerable.Range(2, Rows - 2).Select(i => Row(i))]), outcome => Assert.Equal(AppendStatus.Written, outcome.Status));
        Assert.Equal(AppendOutcome.Duplicate(7, 1007), Assert.Single(await log.AppendAsync([Row(Rows) with { Cmid = "c7" }])));
        Assert.All(await log.AppendAsync([Row(Rows)]), outcome => Assert.Equal(AppendStatus.Written, outcome.Status));
        await new OfflineStore(database, TimeProvider.System, NullLogger<OfflineStore>.Instance).InsertAsync([.. Enumerable.Range(1, Rows).Select(i => new OfflineRow(2, Group, i, $"c{i}", i, Row(i).Body))]);
        DeliveryMark[] marks = [.. Enumerable.Range(1, Rows).Select(i => new DeliveryMark(i, Group, 9, 8, 7))];
        await database.Dialect.RaiseMarksAsync(database, marks, 1000);
        Assert.Equal(Rows, (await new DeliveryMarks(database, TimeProvider.System, NullLogger<DeliveryMarks>.Instance).RaiseAsync(marks)).Length);
        await new Presence(database).SetAsync(2, Node.Incarnation);
    }

    static async Task ReadAsync(MySqlDatabase database)
    {
        Assert.Equal("üser-3", (await new Accounts(database, false).FindAsync("ÜSER-3"))!.Name);
        var (friends, groups) = await new ContactLists(database).OfUserAsync(1);
        Assert.Equal(Users - 1, friends.Count);
        Assert.Equal(Users, Assert.Single(groups).Members.Count);
        var rows = await new MessageLogStore(database, Node).ReadAfterAsync(Group, 0, 1000);
        Assert.Equal(Enumerable.Range(1, Rows).Select(i => (long)i), rows.Select(row => row.Seq));
        Assert.Equal(Row(1).Body.ToArray(), rows[0].Body.ToArray());
        Assert.Equal(Rows, (await new OfflineStore(database, TimeProvider.System, NullLogger<OfflineStore>.Instance).ReadAsync(2, 0, 1000)).Count);
        Assert.Single(await new Presence(database).NodesOfAsync([2]));
    }
}
