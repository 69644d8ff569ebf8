using Chat.Checker.Processes;
using Chat.Node.Settings;
using Chat.Node.Storage.MySql;
using Chat.Tests.Architecture;
using Chat.Tests.Storage;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Chat.SystemTests.Storage;

/// <summary>
/// No statement of the node goes through a whole table: everything it says is asked how it would be done, on tables of a
/// size at which that can be seen. A statement that no test here has seen is a failure.
/// </summary>
public sealed class QueryPlanTests
{
    /// <summary>They look at the database once, when a node starts; or are for a Galera cluster alone, and name one row.</summary>
    static readonly string[] Migrations = ["MySqlMigrations.cs", "MySqlServerCheck.cs", "SqliteMigrations.cs", "SchemaTurn.cs", "GaleraTurns.cs"];

    [Fact]
    public async Task MySql_uses_an_index_for_every_statement()
    {
        await using var server = await MariaDbServer.StartNewAsync(
            "--innodb-buffer-pool-size=512M", "--innodb-log-file-size=256M", "--innodb-flush-log-at-trx-commit=0", "--innodb-doublewrite=0");
        var name = await server.CreateDatabaseAsync();
        var plans = new MySqlPlans(server, name);
        await using var database = new MySqlDatabase(server.ConnectionString(name), NullLogger<MySqlDatabase>.Instance);
        await database.MigrateAsync();
        await using var connection = await plans.OpenAsync();
        await connection.ExecuteAsync("SET SESSION sql_mode = CONCAT(@@sql_mode, ',PIPES_AS_CONCAT'), unique_checks = 0");
        foreach (var statement in new ManyRows(10_000, ManyRows.InMariaDb).Statements())
            await connection.ExecuteAsync(statement, commandTimeout: 120);
        foreach (var table in await connection.QueryAsync<string>("SHOW TABLES"))
            await connection.ExecuteAsync($"ANALYZE TABLE {table}");

        await plans.StartAsync();
        await new EveryStatement(database).RunAsync();
        var statements = await plans.StopAsync();

        Assert.NotEmpty(await MySqlPlans.ScansAsync(connection, "SELECT id FROM Users WHERE password = 'x'"));
        Assert.NotEmpty(await MySqlPlans.ScansAsync(connection, "SELECT COUNT(*) FROM MessageLog"));
        await AssertIndexedAsync(statements, statement => MySqlPlans.ScansAsync(connection, statement));
        AssertComplete("Sqlite", statements);
    }

    [Fact]
    public async Task Sqlite_uses_an_index_for_every_statement()
    {
        using var temporary = new TemporaryDatabase(StorageProvider.Sqlite);
        foreach (var statement in new ManyRows(1_000, ManyRows.InSqlite).Statements())
            await temporary.ExecuteAsync(statement);
        var plans = new SqlitePlans(temporary.Chat);

        await new EveryStatement(plans).RunAsync();
        await temporary.Chat.MigrateAsync();

        Assert.NotEmpty(await SqlitePlans.ScansAsync(temporary.Chat, "SELECT id FROM Users WHERE password = 'x'"));
        Assert.NotEmpty(await SqlitePlans.ScansAsync(temporary.Chat, "SELECT COUNT(*) FROM MessageLog"));
        await AssertIndexedAsync(plans.Statements, statement => SqlitePlans.ScansAsync(temporary.Chat, statement));
        AssertComplete("MySql", plans.Statements);
    }

    [Theory]
    [InlineData("SELECT x FROM T WHERE a = @A AND b IN @ids", "SELECT x FROM T WHERE a = 1 AND b IN (1,2,3)", true)]
    [InlineData("SELECT x FROM T WHERE a = @A AND b = $b", "SELECT x\n FROM T WHERE a = _binary'it''s' AND b = NULL", true)]
    [InlineData("INSERT INTO T (a) VALUES", "INSERT INTO T (a) VALUES (?),(?)", true)]
    [InlineData("SELECT x FROM T WHERE a = @A", "SELECT x FROM T WHERE a = 1 AND b = 2", false)]
    [InlineData("SELECT x FROM T WHERE a = @A", "SELECT y FROM T WHERE a = 1", false)]
    public void A_statement_is_recognised_by_all_but_its_parameters(string source, string executed, bool isIt) =>
        Assert.Equal(isIt, SqlPattern.Of(source).IsMatch(SqlPattern.Flat(executed)));

    [Fact]
    public void A_statement_that_was_not_seen_is_missed() =>
        Assert.Contains(Unseen("Sqlite", ["SELECT 1"]), statement => statement.Contains("FROM GroupUser m JOIN Users u", StringComparison.Ordinal));

    static async Task AssertIndexedAsync(IEnumerable<string> statements, Func<string, Task<IReadOnlyList<string>>> scansAsync)
    {
        var found = new List<string>();
        foreach (var statement in statements.Where(CanBeExplained).Distinct())
            found.AddRange((await scansAsync(statement)).Select(step => $"{step}\n    in {SqlPattern.Flat(statement)[..Math.Min(200, SqlPattern.Flat(statement).Length)]}"));
        Assert.True(found.Count == 0, string.Join('\n', found));
    }

    static void AssertComplete(string other, IReadOnlyCollection<string> statements)
    {
        var unseen = Unseen(other, statements).ToList();
        Assert.True(unseen.Count == 0, string.Join('\n', unseen));
    }

    /// <summary>The statements of the sources that were not executed, without those that only another kind of database has.</summary>
    static IEnumerable<string> Unseen(string other, IEnumerable<string> statements)
    {
        var flat = statements.Select(SqlPattern.Flat).ToHashSet();
        return SqlLiterals.OfTheNode()
            .Where(sql => !sql.File.Contains($"{Path.DirectorySeparatorChar}{other}{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
                && !Migrations.Contains(Path.GetFileName(sql.File)))
            .SelectMany(SqlLiterals.Statements)
            .Where(IsPlanned)
            .Where(statement => !flat.Any(SqlPattern.Of(statement).IsMatch));
    }

    /// <summary>Settings have no plan, and the keys of old rows are a part of the migration.</summary>
    static bool IsPlanned(string statement) => !statement.StartsWith("PRAGMA", StringComparison.Ordinal)
        && !statement.StartsWith("CREATE TABLE", StringComparison.Ordinal)
        && !statement.Contains("sqlite_master", StringComparison.Ordinal)
        && !statement.TrimStart().StartsWith("UPDATE OR IGNORE", StringComparison.Ordinal);

    /// <summary>Rows that are given as values are looked for nowhere.</summary>
    static bool CanBeExplained(string statement) => SqlPattern.Flat(statement) is var flat
        && (flat.StartsWith("SELECT", StringComparison.Ordinal) || flat.StartsWith("UPDATE", StringComparison.Ordinal)
            || flat.StartsWith("DELETE", StringComparison.Ordinal) || flat.StartsWith("WITH", StringComparison.Ordinal)
            || (flat.StartsWith("INSERT", StringComparison.Ordinal) && flat.Contains("SELECT", StringComparison.Ordinal)));
}
