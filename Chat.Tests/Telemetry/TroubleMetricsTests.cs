using Chat.Node.Storage;
using Chat.Node.Storage.Sqlite;
using Chat.Node.Telemetry;
using Chat.Tests.Actors;
using Chat.Tests.Api;
using Chat.Tests.Support;
using Dapper;
using Xunit;

namespace Chat.Tests.Telemetry;

/// <summary>What stays as it is while all is well moves when it is not: alerts go by it.</summary>
public sealed class TroubleMetricsTests
{
    [Fact]
    public async Task Work_that_the_database_does_not_do_is_counted_by_its_kind()
    {
        using var folder = new TestFolder();
        using var meter = new NodeMeter("Chat.Failures");
        using var readings = new Readings(meter.Meter);
        using var database = new SqliteDatabase($"Data Source={Path.Combine(folder.Path, "failing.db")}", meter: meter);
        await database.MigrateAsync();
        Assert.Equal(0, readings.Of("chat.db.failures"));
        await Assert.ThrowsAnyAsync<Exception>(() => database.ReadAsync(connection => connection.ExecuteAsync("SELECT * FROM NoSuchTable")));
        Assert.Equal((1, 1), (readings.Of("chat.db.failures", "read"), readings.Of("chat.db.failures")));
        await Assert.ThrowsAnyAsync<Exception>(() => database.WriteAsync((connection, transaction) => connection.ExecuteAsync("DELETE FROM NoSuchTable", transaction: transaction)));
        Assert.Equal((1, 2), (readings.Of("chat.db.failures", "write"), readings.Of("chat.db.failures")));
    }

    [Fact]
    public async Task A_node_without_its_lease_is_not_ready_and_is_again_when_it_has_one()
    {
        var clock = new TestClock();
        using var node = new ApiNode { Clock = clock };
        await node.InitializeAsync();
        using var readings = new Readings(node.Service<NodeMeter>().Meter);
        await Eventually.TrueAsync(() => (int)readings.Of("chat.node.ready") == 1);
        node.Database.Writes = StatementFault.Refused;
        await Eventually.TrueAsync(() =>
        {
            clock.Advance(NodeLease.Length); // a sign of life that was under way may still come
            return (int)readings.Of("chat.node.ready") == 0;
        });
        node.Database.Writes = StatementFault.None;
        await Eventually.TrueAsync(() => (int)readings.Of("chat.node.ready") == 1);
        await node.DisposeAsync();
    }
}
