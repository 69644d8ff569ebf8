using Dapper;
using DbUp;
using DbUp.Engine.Output;
using Microsoft.Data.Sqlite;

namespace Chat.Node.Storage.Sqlite;

/// <summary>
/// Applies the numbered scripts of <c>sql/sqlite</c> that a file has not had yet, each in a transaction, and one process at a
/// time: the others wait for the lock file.
/// </summary>
static class SqliteMigrations
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>The scripts of the chat database.</summary>
    public const string ChatScripts = ".sql.sqlite.";

    /// <summary>Those of <c>sql/sqlite-journal</c>, for the file with events.</summary>
    public const string JournalScripts = ".sql.sqlite_journal.";

    public static void Apply(string connectionString, string scripts = ChatScripts)
    {
        var file = new SqliteConnectionStringBuilder(connectionString).DataSource;
        using var turn = WaitForTurn(file + ".migrating");
        SchemaAge.Check(file, AppliedScripts(connectionString), SchemaAge.Known(scripts), scripts);
        var result = DeployChanges.To
            .SqliteDatabase(connectionString)
            .WithScriptsEmbeddedInAssembly(typeof(SqliteMigrations).Assembly, name => name.Contains(scripts, StringComparison.Ordinal))
            .WithTransactionPerScript()
            .LogTo(new NoOpUpgradeLog())
            .Build()
            .PerformUpgrade();
        if (!result.Successful)
            throw new StorageException(SchemaAge.Describe(file, result.ErrorScript?.Name, result.Error), result.Error);
    }

    static List<string> AppliedScripts(string connectionString)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder(connectionString) { Pooling = false }.ToString());
        connection.Open();
        return connection.ExecuteScalar<long>("SELECT COUNT(*) FROM sqlite_master WHERE name = 'SchemaVersions'") == 0
            ? []
            : connection.Query<string>("SELECT ScriptName FROM SchemaVersions").AsList();
    }

    /// <summary>A lock that ends with its process, however that ends.</summary>
    static FileStream WaitForTurn(string path)
    {
        var deadline = DateTime.UtcNow + Patience;
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (DateTime.UtcNow < deadline)
            {
                Thread.Sleep(Pause); // on a thread of its own: MigrateAsync
            }
            catch (IOException e)
            {
                throw new StorageException($"another process has been changing the schema for {Patience.TotalSeconds} s (it holds {path})", e);
            }
        }
    }
}
