using MySqlConnector;

namespace Chat.Node.Settings;

/// <summary>What a connection string does not say.</summary>
static class MySqlOptions
{
    const uint PoolSize = 16;
    const uint ConnectSeconds = 4;
    const uint StatementSeconds = 6;
    const string LoadBalance = "Load Balance";

    /// <summary>The connection string with our defaults for what it does not say.</summary>
    /// <exception cref="SettingsException">It cannot be read, names no database, or lists servers in a way that we cannot follow.</exception>
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
        CheckServers(builder);
        if (!builder.ContainsKey("Maximum Pool Size"))
            builder.MaximumPoolSize = PoolSize;
        if (builder.MaximumPoolSize == 0)
            throw new SettingsException("Chat:Storage:ConnectionString says Maximum Pool Size=0: at least 1 is expected");
        if (builder.MinimumPoolSize > builder.MaximumPoolSize)
            throw new SettingsException($"Chat:Storage:ConnectionString says Minimum Pool Size={builder.MinimumPoolSize}, which is more than Maximum Pool Size={builder.MaximumPoolSize}");
        if (builder.Port is 0 or > ushort.MaxValue)
            throw new SettingsException($"Chat:Storage:ConnectionString says Port={builder.Port}: expected is 1 to {ushort.MaxValue}");
        if (!builder.ContainsKey("Connection Timeout"))
            builder.ConnectionTimeout = ConnectSeconds;
        if (!builder.ContainsKey("Default Command Timeout"))
            builder.DefaultCommandTimeout = StatementSeconds;
        if (!builder.ContainsKey("Connection Reset"))
            builder.ConnectionReset = false; // we leave nothing behind, and it would cost every statement a round trip
        builder.UseAffectedRows = false;
        return builder.ConnectionString;
    }

    /// <summary>The servers of <c>Server=a,b,c</c> in their order, each with a connection string of its own.</summary>
    public static IReadOnlyList<(string Server, string ConnectionString)> Apart(string connectionString) =>
    [
        .. Names(new MySqlConnectionStringBuilder(connectionString)).Select(name =>
            (name, new MySqlConnectionStringBuilder(connectionString) { Server = name, LoadBalance = MySqlLoadBalance.RoundRobin }.ConnectionString)),
    ];

    /// <summary>Server and database, for a log line.</summary>
    public static string Describe(string connectionString)
    {
        var builder = new MySqlConnectionStringBuilder(connectionString);
        return $"MySQL {builder.Server}:{builder.Port}/{builder.Database}";
    }

    static string[] Names(MySqlConnectionStringBuilder builder) => builder.Server.Split(',', StringSplitOptions.TrimEntries);

    static void CheckServers(MySqlConnectionStringBuilder builder)
    {
        var names = Names(builder);
        if (names.Length > 1 && names.Contains(""))
            throw new SettingsException($"Chat:Storage:ConnectionString has an empty name in \"Server={builder.Server}\": \"Server=a,b,c\" is expected");
        if (names.GroupBy(name => name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new SettingsException($"Chat:Storage:ConnectionString names the server {twice.Key} twice: each of \"Server=a,b,c\" once is expected");
        if (names.Length > 1 && builder.ContainsKey(LoadBalance) && builder.LoadBalance != MySqlLoadBalance.FailOver)
            throw new SettingsException(
                $"Chat:Storage:ConnectionString says Load Balance={builder.LoadBalance}: a node works on one server and goes to the next one when it fails, so FailOver, or nothing, is expected");
    }
}
