using System.Net;
using Chat.Node.Storage;
using Chat.Node.Webhooks;
using Chat.Tests.Api;
using Chat.Tests.Support;
using Dapper;
using Xunit;

namespace Chat.Tests.Webhooks;

/// <summary>A node, and a product's own server that hears from it, which is a real one. Time passes where a test waits.</summary>
public abstract class WebhookNodeTest(WebhookNode fixture) : IClassFixture<WebhookNode>, IAsyncLifetime
{
    private protected ApiNode Node { get; } = fixture.Node;

    private protected WebhookReceiver Receiver { get; set; } = null!;

    public virtual async Task InitializeAsync() => Receiver = await WebhookReceiver.StartAsync();

    public async Task DisposeAsync()
    {
        foreach (var endpoint in await Node.Service<WebhookStore>().AllAsync())
            await Node.Service<WebhookStore>().RemoveAsync(endpoint.Id);
        await LookAsync();
        await Receiver.DisposeAsync();
    }

    /// <summary>Returns the endpoint's secret.</summary>
    private protected async Task<string> AddAsync(object endpoint)
    {
        var made = await Node.PostAsync("/webhooks", endpoint);
        Assert.True(made.Status == HttpStatusCode.Created, made.Json.ToString());
        return made.Json.GetProperty("secrets")[0].GetString()!;
    }

    /// <summary>As a second later.</summary>
    private protected Task LookAsync() => Node.Service<WebhookDirectory>().LookAsync();

    private protected async Task<LineClient> LogInAsync(int user, int protocol = 2)
    {
        var token = (await Node.PostAsync($"/users/{user}/tokens", new { })).Text("token");
        var device = await LineClient.ConnectAsync(Node.ChatPort, protocol);
        Assert.Equal(0, (await device.AskAsync(new { msgid = 1, token })).GetProperty("errno").GetInt32());
        return device;
    }

    /// <inheritdoc cref="WebhookNode.PassTime" />
    private protected void PassTime(TimeSpan by) => fixture.PassTime(by);

    /// <summary>Time passes until it is so.</summary>
    private protected Task SoonAsync<T>(T expected, Func<Task<T?>> actual) => Eventually.EqualAsync(
        expected,
        () =>
        {
            PassTime(TimeSpan.FromMilliseconds(100));
            return actual();
        },
        TimeSpan.FromMinutes(1));

    /// <summary>More time may have passed than between two signs of life of the node: without its lease it would refuse what comes next.</summary>
    private protected Task LeaseAsync() => Eventually.TrueAsync(() => Node.Service<NodeLease>().IsHeld);

    private protected Task<long> ScalarAsync(string sql) => Node.Service<IChatDatabase>().ReadAsync(connection => connection.ExecuteScalarAsync<long>(sql));
}
