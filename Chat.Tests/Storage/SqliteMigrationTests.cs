using Chat.Node.Storage;
using Chat.Node.Storage.Sqlite;
using Dapper;
using DbUp;
using DbUp.Engine.Output;
using Xunit;

namespace Chat.Tests.Storage;

/// <summary>The schema scripts on a file: by several processes at once, and on a file of the first version.</summary>
public sealed class SqliteMigrationTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("chat-migration-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Several_at_once_make_the_schema_once()
    {
        for (var round = 0; round < 5; round++)
        {
            var databases = Enumerable.Range(0, 4).Select(_ => new SqliteDatabase($"Data Source={_folder}/{round}.db")).ToList();
            await Task.WhenAll(databases.Select(database => database.MigrateAsync()));
            Assert.Equal(
                SchemaScripts.NamesOf("sqlite"),
                await databases[0].ReadAsync(connection => connection.QueryAsync<string>("SELECT ScriptName FROM SchemaVersions ORDER BY 1")));
            databases.ForEach(database => database.Dispose());
        }
    }

    [Fact]
    public async Task A_file_of_the_first_version_keeps_its_users_and_finds_them_in_any_case()
    {
        var file = $"Data Source={_folder}/chat.db;Pooling=false";
        Assert.True(DeployChanges.To.SqliteDatabase(file)
            .WithScriptsEmbeddedInAssembly(typeof(SqliteDatabase).Assembly, name => name.EndsWith(".sqlite.001_schema.sql", StringComparison.Ordinal))
            .LogTo(new NoOpUpgradeLog()).Build().PerformUpgrade().Successful);
        using var database = new SqliteDatabase(file);
        // NOCASE knows a to z only: the last two were different names.
        await database.WriteAsync((connection, transaction) => connection.ExecuteAsync(
            """
            INSERT INTO Users (name, password) VALUES ('Alice', 'h1'), ('浣犲ソ', 'h2'), ('Änne', 'h3'), ('änne', 'h4');
            INSERT INTO AllGroup (groupname) VALUES ('Größe'), ('Ärger'), ('ärger');
            """, transaction: transaction));
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => database.MigrateAsync()));

        var accounts = new Accounts(database);
        Assert.Equal(1, (await accounts.FindAsync("ALICE"))!.Id);
        Assert.Equal("浣犲ソ", (await accounts.FindAsync(2))!.Name); // ours: nobody else writes into a file
        Assert.Equal(3, (await accounts.FindAsync("ÄNNE"))!.Id);
        Assert.Equal("änne", (await accounts.FindAsync(4))!.Name);
        foreach (var taken in (string[])["aLICE", "änne", "Änne", "ÄNNE", "浣犲ソ"])
            Assert.Null(await accounts.RegisterAsync(taken, ""));
        Assert.Null(await new ContactStore(database).CreateGroupAsync(1, "GRÖSSE".Replace("SS", "ß", StringComparison.Ordinal), ""));
        Assert.Equal(5, await accounts.RegisterAsync("Bob", ""));
    }
}
