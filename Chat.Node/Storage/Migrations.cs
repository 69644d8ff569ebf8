using DbUp;
using DbUp.Engine.Output;

namespace Chat.Node.Storage;

/// <summary>Applies the numbered scripts of <c>sql/</c> that a database has not had yet, each in a transaction.</summary>
static class Migrations
{
    public static void Apply(string sqliteConnectionString)
    {
        var result = DeployChanges.To
            .SqliteDatabase(sqliteConnectionString)
            .WithScriptsEmbeddedInAssembly(typeof(Migrations).Assembly, name => name.Contains(".sql.sqlite.", StringComparison.Ordinal))
            .WithTransactionPerScript()
            .LogTo(new NoOpUpgradeLog())
            .Build()
            .PerformUpgrade();
        if (!result.Successful)
            throw new StorageException($"the schema script {result.ErrorScript?.Name} failed: {result.Error.Message}", result.Error);
    }
}
