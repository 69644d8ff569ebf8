using MySqlConnector;

namespace Chat.Node.Settings;

/// <summary>What a connection string does not say.</summary>
static class MySqlOptions
{
    const uint PoolSize = 16;
    const uint ConnectSeconds = 4;
    const uint StatementSeconds = 6;

    /// <summary>The connection string with our defaults for what it does not say.</summary>
    /// <exception cref="SettingsException">It cannot be read, or names no database.</exception>
    public static string Complete(string connectionString)
    {
        MySqlConnectionStringBuilder builder;
        try
        {
            builder = new MySqlConnectionStringBuilder(connectionString);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidCastException or OverflowException)
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
}
