using Chat.Node.Hosting;
using MySqlConnector;

namespace Chat.Node.Storage.MySql;

/// <summary>What we expect of a connection, whatever the server's own settings are.</summary>
static class MySqlOptions
{
    const uint PoolSize = 16;
    const uint ConnectSeconds = 4;
    const uint StatementSeconds = 6;

    /// <summary>
    /// Values that would be cut are refused instead; reads see what is committed; a statement gives up waiting for a lock
    /// before its client gives up waiting for it, so that nothing happens later that was given up; and LOWER means the same for
    /// a parameter as for the columns that hold the keys of names (it depends on the collation).
    /// </summary>
    const string Session =
        """
        SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', time_zone = '+00:00', innodb_lock_wait_timeout = @locks,
            lock_wait_timeout = @locks, collation_connection = 'utf8mb4_bin';
        SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED;
        """;

    /// <summary>A node that vanished in the middle of a transaction must not hold its locks for hours. MySQL has no such setting.</summary>
    const string MariaDbSession = Session + "SET SESSION idle_transaction_timeout = 15;";

    /// <summary>The connection string with our defaults for what it does not say.</summary>
    /// <exception cref="SettingsException">It cannot be read, or names no database.</exception>
    public static string Complete(string connectionString)
    {
        MySqlConnectionStringBuilder builder;
        try
        {
            builder = new MySqlConnectionStringBuilder(connectionString);
        }
        catch (ArgumentException e)
        {
            throw new SettingsException($"Chat:Storage:ConnectionString is not one of MySQL: {e.Message}");
        }

        if (builder.Database.Length == 0)
            throw new SettingsException("Chat:Storage:ConnectionString names no database: \"Server=…;User ID=…;Password=…;Database=…\" is expected");
        if (!builder.ContainsKey("Maximum Pool Size"))
            builder.MaximumPoolSize = PoolSize;
        if (!builder.ContainsKey("Connection Timeout"))
            builder.ConnectionTimeout = ConnectSeconds;
        if (!builder.ContainsKey("Default Command Timeout"))
            builder.DefaultCommandTimeout = StatementSeconds;
        if (!builder.ContainsKey("Connection Reset"))
            builder.ConnectionReset = false; // we leave nothing behind, and it would cost every statement a round trip
        builder.UseAffectedRows = false;
        return builder.ConnectionString;
    }

    /// <summary>Server and database, for a log line.</summary>
    public static string Describe(string connectionString)
    {
        var builder = new MySqlConnectionStringBuilder(connectionString);
        return $"MySQL {builder.Server}:{builder.Port}/{builder.Database}";
    }

    /// <summary>A pool of connections that are as we expect them.</summary>
    /// <param name="connectionString">Where to.</param>
    /// <param name="lockSeconds">How long a statement waits for a row that somebody else holds.</param>
    public static MySqlDataSource Open(string connectionString, int lockSeconds) => new MySqlDataSourceBuilder(connectionString)
        .UseConnectionOpenedCallback((context, cancellation) => PrepareSessionAsync(context, lockSeconds, cancellation)).Build();

    static async ValueTask PrepareSessionAsync(MySqlConnectionOpenedContext context, int lockSeconds, CancellationToken cancellation)
    {
        if (context.Conditions == MySqlConnectionOpenedConditions.None)
            return;
        await using var command = context.Connection.CreateCommand();
        command.CommandText = context.Connection.ServerVersion.Contains("MariaDB", StringComparison.OrdinalIgnoreCase) ? MariaDbSession : Session;
        command.Parameters.AddWithValue("@locks", lockSeconds);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
