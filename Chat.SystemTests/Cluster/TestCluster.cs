using Chat.Node.Settings;
using Chat.SystemTests.EndToEnd;
using Chat.Tests.Support;
using Xunit;

namespace Chat.SystemTests.Cluster;

/// <summary>Three nodes over one database, all in this process: for what they do together while they live.</summary>
sealed class TestCluster : IAsyncDisposable
{
    TestCluster(IReadOnlyList<TestNode> nodes) => Nodes = nodes;

    public IReadOnlyList<TestNode> Nodes { get; }

    /// <summary>All at once; returns when each of them sees all.</summary>
    public static async Task<TestCluster> StartAsync(TestFolder folder, params string[] settings)
    {
        var cluster = new TestCluster(await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => TestNode.StartAsync(folder, settings))));
        await Eventually.TrueAsync(() => cluster.Nodes.All(node => node.Members == cluster.Nodes.Count));
        return cluster;
    }

    public async ValueTask DisposeAsync() => await Task.WhenAll(Nodes.Select(node => node.DisposeAsync().AsTask()));
}

/// <summary>The cluster that the tests of a class share.</summary>
public abstract class ClusterFixture : IAsyncLifetime, IDisposable
{
    readonly TestFolder _folder;

    private protected ClusterFixture(StorageProvider provider) => _folder = new TestFolder(provider);

    internal TestCluster Cluster { get; private set; } = null!;

    public async Task InitializeAsync() => Cluster = await TestCluster.StartAsync(_folder);

    public async Task DisposeAsync() => await Cluster.DisposeAsync();

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }
}

public sealed class SqliteCluster() : ClusterFixture(StorageProvider.Sqlite);

public sealed class MariaDbCluster() : ClusterFixture(StorageProvider.MySql);
