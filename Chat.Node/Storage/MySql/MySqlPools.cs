using MySqlConnector;

namespace Chat.Node.Storage.MySql;

/// <summary>
/// The connections of a node. The driver has no way to empty a pool of this kind: whoever finds dead connections leaves all
/// pools behind for new ones.
/// </summary>
/// <param name="Statements">For everything but the batches.</param>
/// <param name="Batches">The batches have connections of their own: few, because their prepared statements are remembered on each.</param>
sealed record MySqlPools(MySqlDataSource Statements, MySqlDataSource Batches) : IAsyncDisposable
{
    const uint BatchConnections = 2;
    const int LockSeconds = 3;

    /// <summary>A batch waits for all its neighbours.</summary>
    const int BatchLockSeconds = 1;

    public static MySqlPools Open(string connectionString, PacketLimit limit)
    {
        var batches = new MySqlConnectionStringBuilder(connectionString) { MinimumPoolSize = 0, MaximumPoolSize = BatchConnections };
        return new MySqlPools(MySqlSessions.Open(connectionString, LockSeconds, limit), MySqlSessions.Open(batches.ConnectionString, BatchLockSeconds, limit));
    }

    public async ValueTask DisposeAsync()
    {
        await Batches.DisposeAsync();
        await Statements.DisposeAsync();
    }
}
