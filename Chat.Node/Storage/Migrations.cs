using DbUp;
using DbUp.Engine.Output;

namespace Chat.Node.Storage;

/// <summary>Applies the numbered scripts of <c>sql/</c> that a database has not had yet, each in a transaction.</summary>
static class Migrations
{
    /// <summary>The scripts of the chat database.</summary>
    public const string SqliteScripts = ".sql.sqlite.";

    /// <summary>The scripts of the file with events.</summary>
    public const string SqliteJournalScripts = ".sql.sqlite_journal.";

    public static void Apply(string sqliteConnectionString, string scripts = SqliteScripts)
    {
        var result = DeployChanges.To
            .SqliteDatabase(sqliteConnectionString)
            .WithScriptsEmbeddedInAssembly(typeof(Migrations).Assembly, name => name.Contains(scripts, StringComparison.Ordinal))
            .WithTransactionPerScript()
            .LogTo(new NoOpUpgradeLog())
            .Build()
            .PerformUpgrade();
        if (!result.Successful)
            throw new StorageException($"the schema script {result.ErrorScript?.Name} failed: {result.Error.Message}", result.Error);
    }
}
