using Chat.Node.Settings;
using Chat.Node.Telemetry;
using Dapper;
using DbUp.Builder;
using DbUp.Engine;
using DbUp.Engine.Output;
using DbUp.Engine.Transactions;
using DbUp.Support;
using MySqlConnector;

namespace Chat.Node.Storage.MySql;

/// <summary>
/// Applies the numbered scripts of <c>sql/mysql</c> that a database has not had yet, one node at a time. MySQL ends a transaction
/// at every change of the schema, so each step of a script can be repeated: a node that died in the middle is no harm.
/// </summary>
static class MySqlMigrations
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    static readonly Version LeastMySql = new(8, 0, 23);
    static readonly Version LeastMariaDb = new(10, 6);

    /// <summary>What the names of its scripts have in them.</summary>
    public const string Scripts = ".sql.mysql.";

    /// <summary>A change of a table waits for the transactions that are under way on it.</summary>
    const int LockSeconds = 60;

    static readonly string[] LegacyTables = ["Users", "Friends", "AllGroup", "GroupUser", "OfflineMessage"];

    public static async Task ApplyAsync(MySqlServers servers, PacketLimit limit, ILogger logger)
    {
        var (source, turn) = await WaitForServerAsync(servers, limit, logger);
        await using var opened = source;
        await using var connection = turn;
        MySqlServerCheck.CheckPacket(limit);
        CheckVersion((await turn.ExecuteScalarAsync<string>("SELECT VERSION()"))!);
        await using var own = await SchemaTurn.TakeAsync(
            source, turn, async () => SchemaAge.Known(Scripts).ToHashSet().IsSubsetOf(await AppliedScriptsAsync(turn)), logger);
        await CheckTableNamesAsync(turn);
        SchemaAge.Check(turn.Database, await AppliedScriptsAsync(turn), SchemaAge.Known(Scripts), Scripts);
        var result = Engine(source).PerformUpgrade();
        if (!result.Successful)
            throw new StorageException(SchemaAge.Describe(turn.Database, result.ErrorScript?.Name, result.Error), result.Error);
        foreach (var script in result.Scripts)
            Log.SchemaScriptApplied(logger, script.Name);
    }

    /// <summary>A database that starts at the same time as its nodes is waited for; one that refuses us is not.</summary>
    static async Task<(MySqlDataSource Source, MySqlConnection Connection)> WaitForServerAsync(MySqlServers servers, PacketLimit limit, ILogger logger)
    {
        var deadline = DateTime.UtcNow + Patience;
        while (true)
        {
            // If none is ready, the current one says why.
            if (servers.AreSeveral && await servers.FindAsync() is { } ready)
                servers.Current = ready;
            var source = MySqlSessions.Open(Own(servers.Current.ConnectionString), LockSeconds, limit);
            try
            {
                return (source, await source.OpenConnectionAsync());
            }
            catch (MySqlException e)
            {
                await source.DisposeAsync();
                if (e.ErrorCode is MySqlErrorCode.AccessDenied or MySqlErrorCode.DatabaseAccessDenied or MySqlErrorCode.UnknownDatabase)
                    throw new SettingsException($"Chat:Storage:ConnectionString is refused by the server: {e.Message}");
                if (DateTime.UtcNow > deadline)
                    throw new StorageException($"the database could not be reached for {Patience.TotalSeconds} s: {e.Message}", e);
                Log.WaitingForDatabase(logger, e.Message);
                await Task.Delay(Pause);
            }
        }
    }

    static string Own(string connectionString) => new MySqlConnectionStringBuilder(connectionString)
    {
        Pooling = false,
        AllowUserVariables = true, // the scripts put statements together
        DefaultCommandTimeout = 0, // a large table takes its time
    }.ConnectionString;

    static async Task<List<string>> AppliedScriptsAsync(MySqlConnection connection)
    {
        var isThere = await connection.ExecuteScalarAsync<long>(
            "SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'SchemaVersions'") > 0;
        return isThere ? (await connection.QueryAsync<string>("SELECT ScriptName FROM SchemaVersions")).AsList() : [];
    }

    static void CheckVersion(string version)
    {
        var isMariaDb = version.Contains("MariaDB", StringComparison.OrdinalIgnoreCase);
        var digits = new string([.. version.TakeWhile(c => char.IsAsciiDigit(c) || c == '.')]);
        if (Version.TryParse(digits, out var found) && found < (isMariaDb ? LeastMariaDb : LeastMySql))
            throw new SettingsException($"Chat:Storage:ConnectionString leads to version {version}: MySQL {LeastMySql} or MariaDB {LeastMariaDb} is the least");
    }

    /// <summary>Where names of tables depend on case, an existing <c>users</c> would be passed over for a new, empty Users.</summary>
    static async Task CheckTableNamesAsync(MySqlConnection connection)
    {
        var present = (await connection.QueryAsync<string>(
            "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()")).ToHashSet(StringComparer.Ordinal);
        if (await connection.ExecuteScalarAsync<int>("SELECT @@lower_case_table_names") != 0)
            return;
        foreach (var table in LegacyTables.Where(table => !present.Contains(table)))
        {
            if (present.FirstOrDefault(name => name.Equals(table, StringComparison.OrdinalIgnoreCase)) is { } other)
                throw new SettingsException(
                    $"Chat:Storage:ConnectionString leads to a database with a table {other}: {table} is expected (RENAME TABLE {other} TO {table})");
        }
    }

    static UpgradeEngine Engine(MySqlDataSource source)
    {
        var builder = new UpgradeEngineBuilder();
        builder.Configure(upgrade =>
        {
            var connections = new Connections(source);
            upgrade.ConnectionManager = connections;
            upgrade.Journal = new Journal(() => upgrade.ConnectionManager, () => upgrade.Log);
            upgrade.ScriptExecutor = new Executor(
                () => upgrade.ConnectionManager, () => upgrade.Log, () => upgrade.VariablesEnabled, upgrade.ScriptPreprocessors,
                () => upgrade.Journal);
        });
        return builder
            .WithScriptsEmbeddedInAssembly(typeof(MySqlMigrations).Assembly, name => name.Contains(Scripts, StringComparison.Ordinal))
            .WithVariablesDisabled()
            .WithoutTransaction()
            .LogTo(new NoOpUpgradeLog())
            .Build();
    }

    /// <summary>The driver runs a whole script in one go.</summary>
    sealed class Connections(MySqlDataSource source)
        : DatabaseConnectionManager(new DelegateConnectionFactory((_, _) => source.CreateConnection()))
    {
        public override IEnumerable<string> SplitScriptIntoCommands(string scriptContents) => [scriptContents];
    }

    sealed class Names() : SqlObjectParser("`", "`");

    /// <summary>Which scripts the database has had: the table SchemaVersions.</summary>
    sealed class Journal(Func<IConnectionManager> connections, Func<IUpgradeLog> log)
        : TableJournal(connections, log, new Names(), null, "SchemaVersions")
    {
        protected override string GetInsertJournalEntrySql(string scriptName, string applied) =>
            "INSERT INTO SchemaVersions (ScriptName, Applied) VALUES (@scriptName, @applied)";

        protected override string GetJournalEntriesSql() => "SELECT ScriptName FROM SchemaVersions ORDER BY ScriptName";

        protected override string CreateSchemaTableSql(string quotedPrimaryKeyName) =>
            """
            CREATE TABLE IF NOT EXISTS SchemaVersions (
                SchemaVersionId INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
                ScriptName VARCHAR(255) NOT NULL,
                Applied TIMESTAMP NOT NULL
            ) ENGINE = InnoDB
            """;

        protected override string DoesTableExistSql() =>
            "SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'SchemaVersions'";
    }

    sealed class Executor(
        Func<IConnectionManager> connections, Func<IUpgradeLog> log, Func<bool> variables, IEnumerable<IScriptPreprocessor> preprocessors,
        Func<IJournal> journal) : ScriptExecutor(connections, new Names(), log, null, variables, preprocessors, journal)
    {
        protected override string GetVerifySchemaSql(string schema) => "DO 0";

        protected override void ExecuteCommandsWithinExceptionHandler(int index, SqlScript script, Action executeCommand) => executeCommand();
    }
}
