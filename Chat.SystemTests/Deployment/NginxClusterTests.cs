using Chat.Checker.Processes;
using Chat.Node.Settings;
using Chat.SystemTests.EndToEnd;
using Chat.Tests.Client;
using Chat.Tests.Support;
using ChatActors.Client;
using Xunit;

namespace Chat.SystemTests.Deployment;

/// <summary>The whole: three processes over one MariaDB behind nginx, and clients that know nginx only.</summary>
[Collection(NodeCollection.Name)]
public sealed class NginxClusterTests : IDisposable
{
    const int Users = 12; // so many that each node has some: nginx draws lots
    const int MessagesEach = 10;

    readonly TestFolder _folder = new(StorageProvider.MySql);
    readonly Dictionary<string, NodeProcess> _nodes = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task When_a_node_is_killed_its_clients_go_on_through_nginx_and_the_others_notice_nothing()
    {
        try
        {
            for (var i = 0; i < 3; i++)
                await StartNodeAsync(FreePort.Next());
            await using var nginx = await NginxServer.StartAsync([.. _nodes.Values.Select(node => node.Port)]);
            await using var clients = new UserRing();
            await clients.JoinAsync(nginx.Port);
            Assert.Equal(_nodes.Keys.Order(StringComparer.Ordinal), clients.Nodes.Distinct().Order(StringComparer.Ordinal));
            await clients.ChatAsync();

            var killed = clients.Nodes[0];
            var before = clients.Nodes;
            var chatting = clients.ChatAsync();
            await _nodes[killed].KillAsync();
            await chatting;
            await clients.ChatAsync();
            Assert.DoesNotContain(killed, clients.Nodes);
            for (var user = 0; user < Users; user++)
                Assert.Equal(before[user] == killed, clients.HasLostItsConnection(user));

            await using var again = await StartNodeAsync(int.Parse(killed.Split(':')[1]), _nodes[killed].Port);
            await Eventually.EqualAsync(killed, async () =>
            {
                await using var client = await nginx.ConnectAsync();
                return client.Hello.Text("node");
            });
        }
        finally
        {
            foreach (var node in _nodes.Values)
                await node.DisposeAsync();
        }
    }

    async Task<NodeProcess> StartNodeAsync(int clusterPort, int? port = null)
    {
        string[] settings = [$"--Chat:Cluster:Port={clusterPort}", .. port is null ? Array.Empty<string>() : [$"--Chat:Port={port}"]];
        var node = await NodeProcess.StartAsync(_folder, settings: settings);
        _nodes.TryAdd($"127.0.0.1:{clusterPort}", node);
        return node;
    }

    /// <summary>Users in a ring, each of whom writes to the next.</summary>
    sealed class UserRing : IAsyncDisposable
    {
        readonly List<TestClient> _clients = [];
        int _sent;

        /// <summary>Where each user is connected.</summary>
        public List<string> Nodes => [.. _clients.Select(client => client.Client.Node ?? "nowhere")];

        public async Task JoinAsync(int port)
        {
            var options = new ChatClientOptions { Endpoints = [new ChatEndpoint("127.0.0.1", port)] };
            for (var user = 0; user < Users; user++)
            {
                await using (var registering = new ChatClient(options))
                {
                    await registering.ConnectAsync();
                    await registering.RegisterAsync($"user-{user}", "pw");
                }

                _clients.Add(await TestClient.LogInAsync(options, $"user-{user}"));
            }
        }

        /// <summary>Everybody's messages are acknowledged, and arrive once and in order.</summary>
        public async Task ChatAsync()
        {
            var sending = new List<Task>();
            for (var i = 0; i < MessagesEach; i++)
            {
                for (var user = 0; user < Users; user++)
                    sending.Add(_clients[user].Client.SendToUserAsync(_clients[(user + 1) % Users].Client.UserId!.Value, $"m{_sent + i}"));
            }

            await Task.WhenAll(sending).WaitAsync(TestNode.Patience);
            _sent += MessagesEach;
            var expected = string.Join(' ', Enumerable.Range(0, _sent).Select(i => $"m{i}"));
            for (var user = 0; user < Users; user++)
                await Eventually.EqualAsync($"user {user}: {expected}", () => Task.FromResult<string?>($"user {user}: {string.Join(' ', _clients[user].Texts)}"));
        }

        public bool HasLostItsConnection(int user) => _clients[user].Events.Items.OfType<ConnectionLost>().Any();

        public async ValueTask DisposeAsync()
        {
            foreach (var client in _clients)
                await client.DisposeAsync();
        }
    }
}
