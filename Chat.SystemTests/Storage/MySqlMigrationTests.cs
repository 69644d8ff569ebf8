using Chat.Checker.Processes;
using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Node.Storage.MySql;
using Chat.Tests.Storage;
using Chat.Tests.Support;
using Dapper;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Chat.SystemTests.Storage;

/// <summary>The schema scripts on a real server: from nothing, from the middle, by several nodes at once.</summary>
public sealed class MySqlMigrationTests
{
    const int WaitingForDatabase = 15;

    static readonly int Styles = Enum.GetValues<OldStyle>().Length;

    [Fact]
    public async Task Several_nodes_at_once_make_the_schema_once()
    {
        var server = await MariaDbServer.SharedAsync();
        var name = await server.CreateDatabaseAsync();
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => MigrateAsync(server.ConnectionString(name))));

        await using var connection = await server.OpenAsync(name);
        Assert.True(SchemaScripts.Names.Count >= 3);
        Assert.Equal(SchemaScripts.Names, await connection.QueryAsync<string>("SELECT ScriptName FROM SchemaVersions ORDER BY SchemaVersionId"));
        var tables = (await connection.QueryAsync<string>("SHOW TABLES")).ToHashSet();
        Assert.Superset(new HashSet<string>(OldDatabase.Tables) { "MessageLog", "Conversation", "DeliveryMark", "QuarantinedMessage" }, tables);
    }

    [Fact]
    public async Task Once_more_changes_nothing()
    {
        await using var old = await OldDatabase.CreateMigratedAsync(OldStyle.InnoDb);
        await using var connection = await old.OpenAsync();
        var before = await StateAsync();
        await old.MigrateAsync();
        Assert.Equal(before, await StateAsync());

        async Task<List<string>> StateAsync()
        {
            var checksums = await connection.QueryAsync<(string, long)>($"CHECKSUM TABLE {string.Join(", ", OldDatabase.Tables)}, SchemaVersions");
            return [.. await SchemaScripts.DescribeAsync(connection), .. checksums.Select(table => table.ToString())];
        }
    }

    [Fact]
    public async Task Wherever_a_node_died_the_next_one_completes_a_new_schema()
    {
        var server = await MariaDbServer.SharedAsync();
        List<string>? whole = null;
        foreach (var count in SchemaScripts.Boundaries)
        {
            var name = await server.CreateDatabaseAsync();
            await using var connection = await server.OpenAsync(name);
            await SchemaScripts.RunFirstAsync(connection, count);
            await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => MigrateAsync(server.ConnectionString(name))));

            whole ??= await SchemaScripts.DescribeAsync(connection);
            AssertSame(whole, await SchemaScripts.DescribeAsync(connection), count);
            Assert.Equal(SchemaScripts.Names.Count, await connection.ExecuteScalarAsync<int>("SELECT COUNT(*) FROM SchemaVersions"));
            await server.ExecuteAsync($"DROP DATABASE {name}");
        }
    }

    [Theory]
    [InlineData(OldStyle.MyIsam)]
    [InlineData(OldStyle.InnoDb)]
    [InlineData(OldStyle.OneMessageEach)]
    public async Task Wherever_a_node_died_the_next_one_completes_the_adoption(OldStyle style)
    {
        List<string>? whole = null;
        foreach (var count in SchemaScripts.BoundariesWith(OldDatabase.Tables, (int)style, Styles))
        {
            await using var old = await OldDatabase.CreateAsync(style);
            await old.AddRowsWithoutIdsAsync();
            var rows = await old.CountAsync();
            await using var connection = await old.OpenAsync();
            await SchemaScripts.RunFirstAsync(connection, count);
            await old.MigrateAsync();

            whole ??= await SchemaScripts.DescribeAsync(connection);
            AssertSame(whole, await SchemaScripts.DescribeAsync(connection), count);
            Assert.Equal(rows, await old.CountAsync());
        }
    }

    /// <summary>The test above is no good if it never stops between the changes.</summary>
    [Fact]
    public void The_scripts_are_cut_where_something_changes()
    {
        Assert.True(SchemaScripts.Boundaries.Count > 25);
        var parts = Enumerable.Range(0, Styles).Select(part => SchemaScripts.BoundariesWith(OldDatabase.Tables, part, Styles).ToHashSet()).ToList();
        Assert.True(parts.TrueForAll(part => part.Count > 25 && part.Count < SchemaScripts.Boundaries.Count));
        Assert.Equal(SchemaScripts.Boundaries, parts.SelectMany(part => part).Distinct().Order());
        Assert.All(SchemaScripts.Statements.Skip(SchemaScripts.Boundaries[^1]), statement => Assert.StartsWith("DEALLOCATE", statement, StringComparison.Ordinal));
        Assert.DoesNotContain(SchemaScripts.Statements, statement => statement.Contains("--", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_script_that_fails_names_itself_and_is_not_taken_for_done()
    {
        var server = await MariaDbServer.SharedAsync();
        var name = await server.CreateDatabaseAsync();
        await server.ExecuteAsync("CREATE VIEW Users AS SELECT 1 AS id", name);
        var failure = await Assert.ThrowsAsync<StorageException>(() => MigrateAsync(server.ConnectionString(name)));
        Assert.Contains("002_our_columns", failure.Message, StringComparison.Ordinal);

        await server.ExecuteAsync("DROP VIEW Users", name);
        await server.ExecuteAsync("DELETE FROM SchemaVersions", name);
        await MigrateAsync(server.ConnectionString(name));
    }

    [Fact]
    public async Task A_database_that_is_not_there_is_a_matter_of_the_settings()
    {
        var server = await MariaDbServer.SharedAsync();
        await AssertRefusedAsync(server.ConnectionString("chat_nowhere"), "chat_nowhere");
    }

    [Fact]
    public async Task A_wrong_password_is_a_matter_of_the_settings()
    {
        var server = await MariaDbServer.SharedAsync();
        var name = await server.CreateDatabaseAsync();
        await server.ExecuteAsync($"CREATE USER '{name[..30]}'@'%' IDENTIFIED BY 'right'");
        var connectionString = server.ConnectionString(name).Replace("User ID=root", $"User ID={name[..30]}", StringComparison.Ordinal);
        await AssertRefusedAsync($"{connectionString}Password=wrong", "denied");
        await AssertRefusedAsync($"{connectionString}Password=right", "denied"); // it may log in, but not use this database
    }

    [Theory]
    [InlineData("10.5.27-MariaDB", "10.6")]
    [InlineData("8.0.22", "8.0.23")]
    public async Task A_server_that_is_too_old_is_a_matter_of_the_settings(string version, string least)
    {
        await using var server = await MariaDbServer.StartNewAsync($"--version={version}");
        var name = await server.CreateDatabaseAsync();
        await AssertRefusedAsync(server.ConnectionString(name), version, least);
        await using var connection = await server.OpenAsync(name);
        Assert.Empty(await connection.QueryAsync<string>("SHOW TABLES"));
    }

    [Fact]
    public async Task A_server_that_starts_later_is_waited_for()
    {
        await using var server = await MariaDbServer.StartNewAsync();
        var name = await server.CreateDatabaseAsync();
        await server.StopAsync();
        using var log = new CapturedLog();
        var migration = MigrateAsync(server.ConnectionString(name), log.For<MySqlDatabase>());
        await log.SeenAsync(WaitingForDatabase);
        Assert.False(migration.IsCompleted);
        await server.StartAsync();

        await migration;
        await using var connection = await server.OpenAsync(name);
        Assert.Equal(SchemaScripts.Names.Count, await connection.ExecuteScalarAsync<int>("SELECT COUNT(*) FROM SchemaVersions"));
        Assert.Equal(SchemaScripts.Names.Count, log.Of("SchemaScriptApplied").Count);
    }

    /// <summary>A value that would have to be changed stops the start, however the server is set up; nothing is lost.</summary>
    [Fact]
    public async Task What_is_no_text_stops_the_start_instead_of_being_cut()
    {
        await using var old = await OldDatabase.CreateAsync(OldStyle.InnoDb);
        await using var connection = await old.OpenAsync();
        var lenient = await connection.ExecuteScalarAsync<string>("SELECT @@GLOBAL.sql_mode");
        await connection.ExecuteAsync("ALTER TABLE Users MODIFY password VARBINARY(50); UPDATE Users SET password = x'61FF62' WHERE id = 1; SET GLOBAL sql_mode = ''");
        try
        {
            var failure = await Assert.ThrowsAsync<StorageException>(old.MigrateAsync);
            Assert.Contains("002_our_columns", failure.Message, StringComparison.Ordinal);
            Assert.Equal("61FF62", await connection.ExecuteScalarAsync<string>("SELECT HEX(password) FROM Users WHERE id = 1"));
        }
        finally
        {
            await connection.ExecuteAsync("SET GLOBAL sql_mode = @lenient", new { lenient });
        }
    }

    static async Task AssertRefusedAsync(string connectionString, params string[] said)
    {
        var failure = await Assert.ThrowsAsync<SettingsException>(() => MigrateAsync(connectionString));
        Assert.Contains("Chat:Storage:ConnectionString", failure.Message, StringComparison.Ordinal);
        Assert.All(said, part => Assert.Contains(part, failure.Message, StringComparison.Ordinal));
    }

    static async Task MigrateAsync(string connectionString, ILogger<MySqlDatabase>? logger = null)
    {
        await using var database = new MySqlDatabase(connectionString, logger ?? NullLogger<MySqlDatabase>.Instance);
        await database.MigrateAsync();
    }

    static void AssertSame(List<string> expected, List<string> actual, int count)
    {
        var difference = expected.Except(actual).Select(line => $"missing: {line}").Concat(actual.Except(expected).Select(line => $"new: {line}"));
        Assert.Equal("", string.Join('\n', difference.Select(line => $"after {count} statements {line}")));
    }
}
