using System.Text;
using Chat.Checker.Processes;
using Chat.Node.Storage;
using Chat.Node.Storage.MySql;
using Chat.Protocol;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Chat.SystemTests.Storage;

/// <summary>A server that takes only short statements.</summary>
public sealed class MySqlPacketTests
{
    static readonly ConversationId One = ConversationId.Direct(1, 2);
    static readonly ConversationId Other = ConversationId.Direct(3, 4);
    static readonly NodeIdentity Node = new("here:4053", 1001);

    [Theory]
    [InlineData("16777216", 64 * 1024)]
    [InlineData("65536", 16 * 1024)]
    public void So_much_is_enough_for_messages_of_a_size(string packet, int body)
    {
        var limit = new PacketLimit();
        limit.Note(packet);
        Assert.True(limit.LargestBody >= body);
        limit.Note($"{PacketLimit.Needed(body)}");
        Assert.InRange(limit.LargestBody, body - 2, body + 2);
        limit.Note("nonsense");
        Assert.Equal(PacketLimit.Needed(body), limit.Packet);
    }

    [Fact]
    public async Task Batches_are_cut_and_what_never_fits_is_refused_alone()
    {
        await using var server = await MariaDbServer.StartNewAsync("--max-allowed-packet=65536");
        await using var database = new MySqlDatabase(server.ConnectionString(await server.CreateDatabaseAsync()), NullLogger<MySqlDatabase>.Instance);
        await database.MigrateAsync();
        Assert.InRange(database.LargestBody, 16_500, 20_000);
        var log = new MessageLogStore(database, Node);

        var many = Enumerable.Range(1, 20).Select(i => Row(One, i, 16_000)).ToList();
        Assert.All(await log.AppendAsync(many), outcome => Assert.Equal(AppendStatus.Written, outcome.Status));
        await new OfflineStore(database, TimeProvider.System, NullLogger<OfflineStore>.Instance)
            .InsertAsync([.. many.Select(row => new OfflineRow(2, One, row.Seq, row.Cmid, row.Ts, row.Body))]);
        Assert.Equal(20, await database.ReadAsync(connection => connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM OfflineMessage")));

        var outcomes = await log.AppendAsync([Row(One, 21, 10), Row(One, 22, 70_000), Row(One, 23, 10), Row(Other, 1, 16_000), Row(Other, 2, 20_000)]);
        Assert.Equal(
            [AppendStatus.Written, AppendStatus.Refused, AppendStatus.Unknown, AppendStatus.Written, AppendStatus.Refused],
            outcomes.Select(outcome => outcome.Status));
        Assert.Equal(AppendStatus.Refused, Assert.Single(await log.AppendAsync([Row(Other, 2, 60_000)])).Status);
        Assert.All(await log.AppendAsync([Row(One, 22, 10), Row(Other, 2, 10)]), outcome => Assert.Equal(AppendStatus.Written, outcome.Status));
        Assert.Equal(24, await database.ReadAsync(connection => connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM MessageLog")));
    }

    [Theory]
    [InlineData(1024)]
    [InlineData(32768)]
    public async Task A_server_that_takes_too_little_stops_the_start_with_the_number_that_is_needed(int packet)
    {
        await using var server = await MariaDbServer.StartNewAsync($"--max-allowed-packet={packet}");
        await using var database = new MySqlDatabase(server.ConnectionString(await server.CreateDatabaseAsync()), NullLogger<MySqlDatabase>.Instance);
        var refusal = await Assert.ThrowsAsync<StorageException>(database.MigrateAsync);
        Assert.Equal($"max_allowed_packet of the database's server is {packet}: 65536 or more is needed", refusal.Message);
    }

    /// <summary>Of two-byte letters: queued each becomes six.</summary>
    static LogRow Row(ConversationId id, long seq, int bytes) =>
        new(id, seq, 1, $"c{seq}", 1000 + seq, Encoding.UTF8.GetBytes($"{{\"msg\":\"{new string('é', (bytes - 10) / 2)}\"}}"));
}
