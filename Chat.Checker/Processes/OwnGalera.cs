using System.Data.Common;
using Chat.Checker.Faults;
using Dapper;

namespace Chat.Checker.Processes;

/// <summary>A Galera cluster that is started for the run, and whose members faults may kill, freeze and cut off.</summary>
sealed class OwnGalera : IRunDatabase
{
    readonly GaleraCluster _cluster;
    readonly string _name;

    OwnGalera(GaleraCluster cluster, string name)
    {
        (_cluster, _name) = (cluster, name);
        Settings = ["--Chat:Storage:Provider=MySql", $"--Chat:Storage:ConnectionString={cluster.ConnectionString(name)}"];
    }

    public IReadOnlyList<string> Settings { get; }

    public MariaDbServer? Server => null;

    public GaleraCluster? Cluster => _cluster;

    /// <param name="network">Its addresses behind those of the nodes are for the members.</param>
    /// <param name="nodes">How many nodes there are.</param>
    public static async Task<OwnGalera> StartAsync(INodeNetwork network, int nodes)
    {
        var port = FreePort.Next();
        var cluster = network.CanCut
            ? await GaleraCluster.StartAsync([.. Enumerable.Range(nodes + 1, GaleraCluster.Size).Select(number => new MariaDbPlace(network.AddressOf(number), port) { Prefix = network.PrefixOf(number) })])
            : await GaleraCluster.StartAsync();
        return new OwnGalera(cluster, await cluster.CreateDatabaseAsync());
    }

    /// <summary>Whichever server was hurt last, or was too slow for the others, is waited for.</summary>
    public async Task<DbConnection> OpenAsync()
    {
        await _cluster.SyncedAsync();
        return await _cluster.OpenAsync(1, _name);
    }

    /// <summary>All members have the same log.</summary>
    public async Task<string?> ProblemAsync()
    {
        await _cluster.SyncedAsync();
        var logs = new List<(long Rows, decimal Sum)>();
        for (var member = 1; member <= GaleraCluster.Size; member++)
        {
            await using var connection = await _cluster.OpenAsync(member, _name);
            logs.Add(await connection.QuerySingleAsync<(long, decimal)>(
                "SELECT COUNT(*), COALESCE(SUM(CRC32(CONCAT_WS('|', a, b, seq, sender, ts, HEX(cmid), HEX(body)))), 0) FROM MessageLog", commandTimeout: 600));
        }

        return logs.Distinct().Count() == 1 ? null : $"the servers of the Galera cluster have different logs: {string.Join(", ", logs.Select(log => $"{log.Rows} rows with the sum {log.Sum}"))}";
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();
}
