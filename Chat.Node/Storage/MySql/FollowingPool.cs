using System.Collections.Concurrent;
using MySqlConnector;

namespace Chat.Node.Storage.MySql;

/// <summary>Connections to the server that the node works on, whichever that is at the moment.</summary>
/// <param name="servers">Say which one.</param>
/// <param name="open">Opens the pool of a server, once.</param>
sealed class FollowingPool(MySqlServers servers, Func<MySqlServer, MySqlDataSource> open) : IDisposable
{
    readonly ConcurrentDictionary<MySqlServer, Lazy<MySqlDataSource>> _pools = new();

    public MySqlConnection CreateConnection() =>
        _pools.GetOrAdd(servers.Current, server => new Lazy<MySqlDataSource>(() => open(server))).Value.CreateConnection();

    public void Dispose()
    {
        foreach (var pool in _pools.Values.Where(pool => pool.IsValueCreated))
            pool.Value.Dispose();
    }
}
