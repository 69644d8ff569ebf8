using Chat.Node.Hosting;
using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Node.Storage.Sqlite;
using Chat.SystemTests.EndToEnd;
using Chat.Tests.Storage;
using Chat.Tests.Support;
using Dapper;
using Microsoft.Data.Sqlite;
using Xunit;

namespace Chat.SystemTests.Storage;

/// <summary>A database that a newer version has changed: this program keeps away, unless the change says that it may stay.</summary>
public sealed class SchemaAgeTests
{
    [Theory]
    [InlineData("Chat.Node.sql.sqlite.001_schema.sql", null)]
    [InlineData("Chat.Node.sql.sqlite.099_more.additive.sql", null)]
    [InlineData("9999_future.additive.sql", null)]
    [InlineData("9999_future.sql", "the schema of chat.db is newer than this program, it has had 9999_future.sql: start the version that made it, or restore a backup")]
    [InlineData("Another.Name.Of.Ours", "the schema of chat.db is newer than this program, it has had Another.Name.Of.Ours: start the version that made it, or restore a backup")]
    [InlineData("Chat.Node.sql.sqlite.099_more.sql", "the schema of chat.db is newer than this program, it has had 099_more.sql: start the version that made it, or restore a backup")]
    public void A_script_that_is_unknown_counts_unless_it_only_adds(string applied, string? expected)
    {
        void Check() => SchemaAge.Check("chat.db", [applied], ["Chat.Node.sql.sqlite.001_schema.sql"], ".sql.sqlite.");
        if (expected is null)
            Check();
        else
            Assert.Equal(expected, Assert.Throws<SchemaTooNewException>(Check).Message);
    }

    [Theory]
    [InlineData(false, "Chat.Node.sql.sqlite.")]
    [InlineData(true, "Chat.Node.sql.mysql.")]
    [InlineData(false, "")]
    [InlineData(true, "")]
    public async Task A_newer_schema_stops_the_start(bool isMySql, string prefix)
    {
        using var database = new TemporaryDatabase(isMySql ? StorageProvider.MySql : StorageProvider.Sqlite);
        await database.Chat.MigrateAsync();
        Assert.True(await database.ScalarAsync<long>("SELECT COUNT(*) FROM SchemaVersions WHERE ScriptName LIKE @prefix", new { prefix = $"{prefix}%" }) > 0);
        const string Insert = "INSERT INTO SchemaVersions (ScriptName, Applied) VALUES (@name, CURRENT_TIMESTAMP)";
        await database.ExecuteAsync(Insert, new { name = $"{prefix}098_more.additive.sql" });
        await database.Chat.MigrateAsync();
        await database.ExecuteAsync(Insert, new { name = $"{prefix}099_other.sql" });
        var refusal = await Assert.ThrowsAsync<SchemaTooNewException>(database.Chat.MigrateAsync);
        Assert.Contains("099_other.sql", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_newer_schema_of_the_journal_stops_the_start_too()
    {
        using var folder = new TestFolder();
        var journal = JournalDatabase.OnSqlite(folder.ConnectionString);
        SqliteJournal.Migrate(journal.ConnectionString);
        await using (var connection = new SqliteConnection(journal.ConnectionString))
            await connection.ExecuteAsync("INSERT INTO SchemaVersions (ScriptName, Applied) VALUES ('Chat.Node.sql.sqlite_journal.099_other.sql', CURRENT_TIMESTAMP)");
        var refusal = await Assert.ThrowsAsync<SchemaTooNewException>(() => TestNode.StartAsync(folder));
        Assert.Contains("chat.settings.db", refusal.Message, StringComparison.Ordinal);
    }
}
