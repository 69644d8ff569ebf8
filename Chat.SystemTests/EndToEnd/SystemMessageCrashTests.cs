using Chat.Node.Faults;
using Chat.Node.Settings;
using Chat.Tests.Support;
using Xunit;

namespace Chat.SystemTests.EndToEnd;

/// <summary>The node dies as after <c>kill -9</c> behind the commit of a change: its system message comes all the same, once.</summary>
[Collection(NodeCollection.Name)]
public abstract class SystemMessageCrashTests : IDisposable
{
    readonly TestFolder _folder;

    private protected SystemMessageCrashTests(StorageProvider provider) => _folder = new TestFolder(provider);

    public sealed class OnSqlite() : SystemMessageCrashTests(StorageProvider.Sqlite);

    public sealed class OnMariaDb() : SystemMessageCrashTests(StorageProvider.MySql);

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_conversation_at_another_node_hears_of_a_change_whose_node_has_died()
    {
        await using var node = await NodeProcess.StartAsync(_folder, null, "--Chat:Cluster:Port=0");
        await using var alice = await node.LogInNewAsync("alice");
        await using var bob = await node.LogInNewAsync("bob");
        var group = (int)(await alice.RequestAsync(new { msgid = 8, groupname = "team", groupdesc = "" })).Number("groupid");
        Assert.Equal(0, (await bob.RequestAsync(new { msgid = 9, groupid = group })).Number("errno"));
        Assert.Equal("bob joined", (await alice.NextSystemAsync()).Text("msg"));
        Assert.Equal(0, (await bob.SendToGroupAsync(group, "hello")).Number("errno"));
        await using (var other = await NodeProcess.StartAsync(_folder, nameof(CrashPoint.AfterMemberChange), "--Chat:Cluster:Port=0"))
        {
            await using var again = await ModernTestClient.ConnectAsync(other.Port, protocol: 3);
            await again.LogInAsync(new { msgid = 1, name = "alice", password = "secret" });
            try
            {
                await again.RequestAsync(new { msgid = 127, groupid = group, remove = new[] { bob.UserId } });
            }
            catch (IOException)
            {
                // its connection has died with it
            }

            await other.ExitAsync(NodeProcess.KilledExitCode);
        }

        Assert.Equal("alice removed bob", (await alice.NextSystemAsync()).Text("msg"));
        Assert.Equal(6, (await bob.SendToGroupAsync(group, "am I still here?")).Number("errno"));
    }

    [Theory]
    [InlineData(nameof(CrashPoint.AfterMemberChange))]
    [InlineData(nameof(CrashPoint.BeforeInsert))]
    [InlineData(nameof(CrashPoint.AfterCommit))]
    public async Task A_change_whose_node_dies_is_told_once(string point)
    {
        int group;
        await using (var node = await NodeProcess.StartAsync(_folder))
        {
            await using var alice = await node.LogInNewAsync("alice");
            group = (int)(await alice.RequestAsync(new { msgid = 8, groupname = "team", groupdesc = "" })).Number("groupid");
        }

        await using (var armed = await NodeProcess.StartAsync(_folder, point))
        {
            await using var bob = await armed.LogInNewAsync("bob");
            try
            {
                await bob.RequestAsync(new { msgid = 9, groupid = group });
            }
            catch (IOException)
            {
                // its connection has died with it
            }

            await armed.ExitAsync(NodeProcess.KilledExitCode);
        }

        await using var next = await NodeProcess.StartAsync(_folder);
        await next.EventuallyAsync(1L, "SELECT COUNT(*) FROM MessageLog WHERE kind = 1");
        await next.EventuallyAsync(0L, "SELECT COUNT(*) FROM SystemOutbox");
        await using var reader = await next.LogInAsync("bob");
        Assert.Equal(2, (await reader.SendToGroupAsync(group, "here I am")).Number("seq"));
        var history = await reader.RequestAsync(new { msgid = 107, conversation = $"g:{group}", after = 0 });
        Assert.Equal(["bob joined", "here I am"], history.GetProperty("messages").EnumerateArray().Select(each => each.Text("msg")));
    }
}
