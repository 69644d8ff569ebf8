using Chat.Checker.Processes;
using Chat.Node.Storage.MySql;
using Chat.SystemTests.EndToEnd;
using Chat.Tests.Support;
using Chat.Tests.Webhooks;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Chat.SystemTests.Storage;

/// <summary>A database server that gives every third number only, as each of a Galera cluster of three does.</summary>
public sealed class EventNumbersTests
{
    [Fact]
    public async Task Events_come_at_once_and_one_that_was_committed_late_comes_too()
    {
        await using var server = await MariaDbServer.StartNewAsync("--auto-increment-increment=3", "--auto-increment-offset=2");
        await using var database = new MySqlDatabase(server.ConnectionString(await server.CreateDatabaseAsync()), NullLogger<MySqlDatabase>.Instance);
        await database.MigrateAsync();
        await using var receiver = await WebhookReceiver.StartAsync();
        var clock = new ManualClock();
        using var runs = new OutboxRuns(database, clock);
        var endpoint = (await runs.AddAsync(receiver))!;
        await runs.Outbox.AddAsync("user.created", ["{}", "{}"]);
        await runs.RunAsync();
        Assert.Equal(["e:2", "e:5"], receiver.Events.Select(each => each.Id));

        var begun = new TaskCompletionSource();
        var ended = new TaskCompletionSource();
        var late = database.WriteAsync(async (connection, transaction) =>
        {
            await runs.Outbox.AddAsync(connection, transaction, "user.created", "{}");
            begun.TrySetResult();
            await ended.Task;
            return true;
        });
        await begun.Task.WaitAsync(TestNode.Patience);
        await runs.Outbox.AddAsync("user.created", "{}");
        await runs.RunAsync();
        Assert.Equal(["e:2", "e:5", "e:11"], receiver.Events.Select(each => each.Id));
        ended.SetResult();
        await late;
        await runs.RunAsync();
        Assert.Equal(["e:2", "e:5", "e:11", "e:8"], receiver.Events.Select(each => each.Id));

        Assert.Equal(endpoint.OutboxTo, Assert.Single(await runs.Endpoints.AllAsync()).OutboxTo);
        clock.Now += TimeSpan.FromSeconds(31);
        await runs.RunAsync();
        Assert.Equal(11, Assert.Single(await runs.Endpoints.AllAsync()).OutboxTo);
        Assert.Equal(4, receiver.Events.Count);
    }
}
