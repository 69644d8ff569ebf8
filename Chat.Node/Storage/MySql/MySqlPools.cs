using MySqlConnector;

namespace Chat.Node.Storage.MySql;

/// <summary>
/// The connections of a node to one server. The driver has no way to empty a pool of this kind: whoever finds dead connections leaves all
/// pools behind for new ones.
/// </summary>
sealed class MySqlPools : IAsyncDisposable
{
    const uint BatchConnections = 2;
    const int LockSeconds = 3;

    /// <summary>A batch waits for all its neighbours.</summary>
    const int BatchLockSeconds = 1;

    readonly CancellationTokenSource _left;

    MySqlPools(MySqlServer server, MySqlDataSource statements, MySqlDataSource batches, CancellationTokenSource left, bool canBeLeft)
    {
        (Server, Statements, Batches, _left, Left) = (server, statements, batches, left, canBeLeft ? left.Token : CancellationToken.None);
    }

    /// <summary>Where they lead.</summary>
    public MySqlServer Server { get; }

    /// <summary>For everything but the batches.</summary>
    public MySqlDataSource Statements { get; }

    /// <summary>The batches have connections of their own: few, because their prepared statements are remembered on each.</summary>
    public MySqlDataSource Batches { get; }

    /// <summary>The node works on another server: whoever waits here waits for one that may never answer. Where there is no other one, nothing waits for this.</summary>
    public CancellationToken Left { get; }

    public static MySqlPools Open(MySqlServer server, PacketLimit limit, bool canBeLeft)
    {
        var batches = new MySqlConnectionStringBuilder(server.ConnectionString) { MinimumPoolSize = 0, MaximumPoolSize = BatchConnections };
        return new MySqlPools(
            server,
            MySqlSessions.Open(server.ConnectionString, LockSeconds, limit),
            MySqlSessions.Open(batches.ConnectionString, BatchLockSeconds, limit, areForBatches: true),
            new CancellationTokenSource(),
            canBeLeft);
    }

    /// <summary>Whoever waits on them waits no longer.</summary>
    public void Leave() => _ = _left.CancelAsync();

    public async ValueTask DisposeAsync()
    {
        await Batches.DisposeAsync();
        await Statements.DisposeAsync();
        _left.Dispose();
    }
}
