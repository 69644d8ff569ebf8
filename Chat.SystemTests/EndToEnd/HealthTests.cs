using System.Net;
using System.Net.Sockets;
using Chat.Node.Hosting;
using Chat.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Xunit;

namespace Chat.SystemTests.EndToEnd;

/// <summary>The port for health, and strangers who hold connections to it.</summary>
public sealed class HealthTests : IDisposable
{
    readonly TestFolder _folder = new();
    readonly List<Socket> _strangers = [];

    public void Dispose()
    {
        _strangers.ForEach(stranger => stranger.Dispose());
        _folder.Dispose();
    }

    [Fact]
    public async Task A_probe_that_is_being_answered_outlives_strangers_who_take_every_place()
    {
        var slow = new SlowCheck();
        await using var node = await TestNode.StartAsync(
            _folder, services => services.AddHealthChecks().AddCheck("slow", slow, tags: ["liveness"]));
        using var http = new HttpClient();
        var probe = http.GetAsync(new Uri($"http://127.0.0.1:{node.HttpPort}/health/live"));
        await slow.Begun.Task;

        for (var i = 0; i < DescriptorBudget.HttpConnections; i++)
            await ConnectAsync(node.HttpPort);
        Assert.True(await IsClosedAsync(_strangers[0])); // it gave way to the last one, although the probe is older
        slow.End.SetResult();

        Assert.Equal(HttpStatusCode.OK, (await probe).StatusCode);
    }

    [Fact]
    public async Task Who_holds_every_place_shuts_nobody_out()
    {
        await using var node = await TestNode.StartAsync(_folder);
        for (var i = 0; i < 3 * DescriptorBudget.HttpConnections; i++)
        {
            await ConnectAsync(node.HttpPort);
            if (i % 10 == 0)
            {
                using var http = new HttpClient();
                Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri($"http://127.0.0.1:{node.HttpPort}/health/live"))).StatusCode);
            }
        }
    }

    async Task ConnectAsync(int port)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        _strangers.Add(socket);
        await socket.ConnectAsync(IPAddress.Loopback, port);
    }

    static async Task<bool> IsClosedAsync(Socket socket)
    {
        try
        {
            return await socket.ReceiveAsync(new byte[1]).WaitAsync(TestNode.Patience) == 0;
        }
        catch (SocketException)
        {
            return true;
        }
    }

    sealed class SlowCheck : IHealthCheck
    {
        public TaskCompletionSource Begun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource End { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            Begun.TrySetResult();
            await End.Task;
            return HealthCheckResult.Healthy();
        }
    }
}
