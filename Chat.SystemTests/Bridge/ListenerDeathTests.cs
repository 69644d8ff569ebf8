using Chat.Node.Settings;
using Chat.SystemTests.Cluster;
using Chat.SystemTests.EndToEnd;
using Chat.SystemTests.Support;
using Chat.Tests.Support;
using Xunit;

namespace Chat.SystemTests.Bridge;

/// <summary>The node that listens for a user dies or freezes; the user has another session elsewhere, or none.</summary>
[Collection(NodeCollection.Name)]
public sealed class ListenerDeathTests
{
    [Theory]
    [InlineData("KILL")]
    [InlineData("STOP")]
    public async Task The_node_of_the_next_session_listens_and_a_dead_one_counts_no_more(string signal)
    {
        await using var redis = await RedisServer.StartNewAsync();
        using var folder = new TestFolder(StorageProvider.MySql);
        await using var cluster = await ProcessCluster.StartAsync(
            folder, 3, $"--Chat:Redis:ConnectionString={redis.ConnectionString}", "--Chat:Bridge:LegacyPasswords=true");
        await using var server = await LegacyServer.StartAsync(folder.ConnectionString, redis.ConnectionString);
        await using var theirs = await PatientClient.LogInNewAsync(server.Port, "theirs");
        await using var first = await cluster[0].LogInNewAsync("ours");
        await using var lonely = await cluster[0].LogInNewAsync("lonely");
        await ListensAsync(redis, first.UserId, 1);
        await ListensAsync(redis, lonely.UserId, 1);
        await using var second = await cluster[1].LogInAsync(first.Name);

        await (signal == "KILL" ? cluster[0].KillAsync() : cluster[0].SignalAsync("STOP"));
        try
        {
            await ListensAsync(redis, lonely.UserId, 0); // whose only session was there
            await ListensAsync(redis, first.UserId, 1);
            await cluster.EventuallyOfflineAsync(lonely.UserId);

            await theirs.SendAsync($$"""{"id":{{theirs.Id}},"msg":"after","msgid":6,"name":"t","time":"t","toid":{{first.UserId}}}""");
            Assert.Equal(["after"], await second.NextTextsAsync(1));
            // A node that has just joined may be listened for; and nobody has asked before.
            Assert.Equal(1, (await MetricsPage.ReadAsync(cluster[1].HttpPort)).Sum("chat_bridge_received_total") + (await MetricsPage.ReadAsync(cluster[2].HttpPort)).Sum("chat_bridge_received_total"));
            Assert.Equal(0, (await second.SendToAsync(lonely.UserId, "kept")).Number("errno"));
            await Eventually.EqualAsync(1L, () => cluster.ScalarAsync<long>($"SELECT COUNT(*) FROM OfflineMessage WHERE userid = {lonely.UserId}"));
        }
        finally
        {
            if (signal == "STOP")
                await cluster[0].SignalAsync("CONT");
        }
    }

    /// <summary>A frozen node is given the rest of its lease, and its users' presence some seconds more.</summary>
    static Task ListensAsync(RedisServer redis, int userId, long servers) =>
        Eventually.EqualAsync(servers, () => redis.SubscribersAsync($"{userId}"), TimeSpan.FromSeconds(40));
}

static class PresenceQuestions
{
    public static Task EventuallyOfflineAsync(this ProcessCluster cluster, int userId) =>
        Eventually.EqualAsync("offline", () => cluster.ScalarAsync<string>($"SELECT state FROM Users WHERE id = {userId}"), TimeSpan.FromSeconds(40));
}
