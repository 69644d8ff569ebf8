using Chat.Node.Settings;
using Chat.SystemTests.EndToEnd;
using Chat.Tests.Support;
using Xunit;

namespace Chat.SystemTests.Cluster;

/// <summary>Tokens (JWT) at several nodes at once.</summary>
[Collection(NodeCollection.Name)]
public sealed class JwtClusterTests
{
    const string Secret = "a secret that is long enough: 0123456789";

    [Theory]
    [InlineData(nameof(StorageProvider.Sqlite))]
    [InlineData(nameof(StorageProvider.MySql))]
    public async Task Many_first_logins_at_once_make_one_user_whose_sessions_end_on_every_node(string provider)
    {
        using var folder = new TestFolder(Enum.Parse<StorageProvider>(provider));
        var issuer = TestIssuer.WithSecret(Secret);
        await using var cluster = await TestCluster.StartAsync(
            folder, $"--Chat:Auth:Issuers:0:Name={issuer.Name}", $"--Chat:Auth:Issuers:0:Audience={TestIssuer.Audience}", $"--Chat:Auth:Issuers:0:Secret={Secret}");
        var token = issuer.Token("7", DateTimeOffset.UtcNow.AddSeconds(-5), TimeSpan.FromHours(1), ("name", "Alice"));

        var clients = await Task.WhenAll(cluster.Nodes.SelectMany(node => (TestNode[])[node, node]).Select(async node =>
        {
            var client = await node.ConnectAsync();
            await client.LogInAsync(new { msgid = 1, jwt = token });
            return client;
        }));
        var userId = Assert.Single(clients.Select(client => client.UserId).Distinct());
        Assert.Equal(1, await cluster.Nodes[0].ScalarAsync<int>("SELECT COUNT(*) FROM Users"));
        Assert.All(clients, client => Assert.Equal("Alice", client.Name));

        Assert.True(await cluster.Nodes[1].EndSessionsAsync(userId));
        foreach (var client in clients)
        {
            Assert.Equal("revoked", (await client.NextAsync()).Text("reason"));
            await client.Closed.WaitAsync(TestNode.Patience);
            await client.DisposeAsync();
        }
    }
}
