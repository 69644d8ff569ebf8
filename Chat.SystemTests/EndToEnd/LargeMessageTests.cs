using Chat.Checker.Processes;
using Chat.Node.Settings;
using Chat.Tests.Support;
using Xunit;

namespace Chat.SystemTests.EndToEnd;

/// <summary>A message that the database can never take is refused for good; its conversation goes on.</summary>
[Collection(NodeCollection.Name)]
public sealed class LargeMessageTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_message_that_never_fits_is_refused_and_the_next_one_is_not(bool keepsHistory)
    {
        await using var server = await MariaDbServer.StartNewAsync("--max-allowed-packet=65536");
        using var folder = new TestFolder(StorageProvider.MySql, server);
        await using var node = await TestNode.StartAsync(folder, "--Chat:Limits:MaxTextBytes=65536", $"--Chat:History:Enabled={keepsHistory}");
        await using var alice = await node.LogInNewAsync("alice");
        int absent;
        await using (var bob = await node.LogInNewAsync("bob"))
            absent = bob.UserId;
        Assert.Equal(0, (await alice.SendToAsync(absent, "before", "c1")).Number("errno"));
        var refusal = await alice.SendToAsync(absent, new string('x', 40_000), "c2");
        Assert.Equal(8, refusal.Number("errno"));
        Assert.False(refusal.Has("retry") && refusal.GetProperty("retry").GetBoolean());
        await Eventually.EqualAsync(0L, async () => (await alice.SendToAsync(absent, new string('é', 8_000), "c3")).Number("errno"));
        await node.EventuallyAsync(2L, "SELECT COUNT(*) FROM OfflineMessage");
    }
}
