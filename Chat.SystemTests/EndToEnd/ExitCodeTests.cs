using Chat.Checker.Processes;
using Chat.Node.Cluster;
using Chat.Node.Hosting;
using Chat.Node.Settings;
using Chat.Tests.Support;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace Chat.SystemTests.EndToEnd;

/// <summary>What a supervisor is told by a node that ends before it has started.</summary>
[Collection(NodeCollection.Name)]
public sealed class ExitCodeTests
{
    /// <summary>Zero would mean that nobody has to start it again.</summary>
    [Theory]
    [InlineData(true, 4)]
    [InlineData(false, 0)]
    public async Task A_node_that_ends_during_its_start_says_whether_it_was_removed(bool isRemoved, int expected)
    {
        using var folder = new TestFolder();
        var code = await ChatHost.RunAsync(
            ["--Chat:Port=0", "--Chat:WebPort=0", "--Chat:HttpPort=0", "--Chat:Cluster:Port=0", "--Logging:LogLevel:Default=None", .. folder.Storage],
            services => services.AddHostedService(provider => new EndsAtStart(
                provider.GetRequiredService<NodeState>(), provider.GetRequiredService<IHostApplicationLifetime>(), isRemoved)));
        Assert.Equal(expected, code);
    }

    /// <summary>Another process holds the file's lock: the node's last word is not taken.</summary>
    [Fact]
    public async Task A_node_that_could_not_store_its_last_work_says_so()
    {
        using var folder = new TestFolder();
        await using var node = await NodeProcess.StartAsync(folder);
        await using var connection = await folder.OpenForWritingAsync();
        await connection.ExecuteAsync("BEGIN IMMEDIATE");
        await node.TerminateAsync();
        await Task.WhenAny(node.ExitCodeAsync(), Task.Delay(TimeSpan.FromSeconds(90)));
        Assert.True(node.HasExited, node.Output);
        Assert.Contains("this node ends with work that it could not store", node.Output, StringComparison.Ordinal);
        Assert.Equal(5, await node.ExitCodeAsync());
    }

    /// <summary>The database is gone for good while something waits for it: the supervisor is told.</summary>
    [Fact]
    public async Task A_node_whose_database_was_killed_says_so_when_it_ends()
    {
        await using var server = await MariaDbServer.StartNewAsync();
        using var folder = new TestFolder(StorageProvider.MySql, server);
        await using var node = await NodeProcess.StartAsync(folder);
        await server.KillAsync();
        await node.TerminateAsync();
        Assert.Equal(5, await node.ExitCodeAsync().WaitAsync(TimeSpan.FromMinutes(3)));
        Assert.Contains("this node ends with work that it could not store", node.Output, StringComparison.Ordinal);
    }

    /// <summary>The start is given up while it is under way.</summary>
    sealed class EndsAtStart(NodeState state, IHostApplicationLifetime lifetime, bool isRemoved) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            if (isRemoved)
                state.Enter(NodePhase.Removed);
            lifetime.StopApplication();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
