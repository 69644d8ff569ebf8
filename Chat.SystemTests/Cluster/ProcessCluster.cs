using Chat.SystemTests.EndToEnd;
using Chat.Tests.Support;
using Dapper;

namespace Chat.SystemTests.Cluster;

/// <summary>Nodes over one database, each a process of its own.</summary>
sealed class ProcessCluster : IAsyncDisposable
{
    readonly TestFolder _folder;
    readonly IReadOnlyList<NodeProcess> _nodes;

    ProcessCluster(TestFolder folder, IReadOnlyList<NodeProcess> nodes) => (_folder, _nodes) = (folder, nodes);

    public NodeProcess this[int index] => _nodes[index];

    /// <summary>What all of them have printed.</summary>
    public IEnumerable<string> Output => _nodes.SelectMany(node => node.Output.Split('\n'));

    /// <summary>All at once; returns when all can be used.</summary>
    public static async Task<ProcessCluster> StartAsync(TestFolder folder, int count, params string[] settings)
    {
        var starting = Enumerable.Range(0, count).Select(_ => NodeProcess.StartAsync(folder, null, ["--Chat:Cluster:Port=0", .. settings])).ToList();
        try
        {
            return new(folder, await Task.WhenAll(starting));
        }
        catch (Exception)
        {
            // Nobody else would end those that did start.
            await Task.WhenAll(starting.Where(node => node.IsCompletedSuccessfully).Select(async node => await (await node).DisposeAsync()));
            throw;
        }
    }

    public async Task<T?> ScalarAsync<T>(string sql)
    {
        await using var connection = await _folder.OpenAsync();
        return await connection.ExecuteScalarAsync<T?>(sql);
    }

    public async ValueTask DisposeAsync() => await Task.WhenAll(_nodes.Select(node => node.DisposeAsync().AsTask()));
}
