using Chat.Node.Storage.MySql;
using Chat.Node.Storage.Sqlite;
using MySqlConnector;

namespace Chat.Node.Hosting;

/// <summary>Where the events of users' settings are kept. <c>ProviderName</c> is the journal plugin's word for it.</summary>
sealed record JournalDatabase(string ProviderName, string ConnectionString)
{
    const string SqliteProvider = "SQLite.MS";

    /// <summary>On tables of our own it serves MariaDB too, which a test proves; the name for MariaDB might expect what MySQL lacks.</summary>
    const string MySqlProvider = "MySql.8.0.MySqlConnector";

    const int TimeoutSeconds = 2;

    MySqlServers? _servers;

    /// <summary>A file beside the chat database.</summary>
    public static JournalDatabase OnSqlite(string chatConnectionString) =>
        new(SqliteProvider, SqliteJournal.ConnectionStringBeside(chatConnectionString));

    /// <summary>Tables in the chat database, over a few connections of its own.</summary>
    public static JournalDatabase OnMySql(MySqlServers servers) => new(MySqlProvider, Own(servers.Current)) { _servers = servers };

    public static JournalDatabase OnMySql(string chatConnectionString) => OnMySql(new MySqlServers(chatConnectionString));

    /// <summary>The connections for the journal on MySQL: to the server that the chat database is worked on.</summary>
    public FollowingPool OpenPool() => new(_servers!, server => MySqlSessions.Open(Own(server), TimeoutSeconds));

    static string Own(MySqlServer server) => new MySqlConnectionStringBuilder(server.ConnectionString)
    {
        AllowUserVariables = true, // the plugin uses them
        ConnectionTimeout = TimeoutSeconds,
        DefaultCommandTimeout = TimeoutSeconds,
        MinimumPoolSize = 0,
        MaximumPoolSize = 8,
    }.ToString();

    public bool IsSqlite => ProviderName == SqliteProvider;

    /// <summary>Without the connection string, which may hold a password.</summary>
    public override string ToString() => ProviderName;
}
