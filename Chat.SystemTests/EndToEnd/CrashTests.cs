using System.Text.Json;
using Chat.Node.Faults;
using Chat.Node.Settings;
using Chat.Tests.Support;
using Xunit;

namespace Chat.SystemTests.EndToEnd;

/// <summary>The process dies at the worst places: nothing that was acknowledged is lost, nothing is numbered twice.</summary>
[Collection(NodeCollection.Name)]
public abstract class CrashTests : IDisposable
{
    readonly TestFolder _folder;

    public static TheoryData<string, bool> PointsAndRecipients()
    {
        var data = new TheoryData<string, bool>();
        foreach (var point in Enum.GetNames<CrashPoint>().Where(name => name is not (nameof(CrashPoint.None) or nameof(CrashPoint.BeforeChange) or nameof(CrashPoint.AfterChange) or nameof(CrashPoint.AfterMemberChange))))
        {
            data.Add(point, true);
            data.Add(point, false);
        }

        return data;
    }

    private protected CrashTests(StorageProvider provider) => _folder = new TestFolder(provider);

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    public sealed class OnSqlite() : CrashTests(StorageProvider.Sqlite);

    public sealed class OnMariaDb() : CrashTests(StorageProvider.MySql);

    [Theory]
    [MemberData(nameof(PointsAndRecipients))]
    public async Task A_message_survives_a_sudden_death(string point, bool isModern)
    {
        string sender;
        Recipient bob;
        Task<JsonElement> sending;
        await using (var armed = await NodeProcess.StartAsync(_folder, point))
        {
            await using var alice = await armed.LogInNewAsync("alice");
            bob = await Recipient.RegisterAsync(armed, isModern);
            if (point is nameof(CrashPoint.AfterQueued) or nameof(CrashPoint.BeforeDrain))
                await bob.LeaveAsync(armed);
            sender = alice.Name;
            sending = alice.StartRequestAsync(new { msgid = 6, toid = bob.Id, msg = "m1", cmid = "c1" });
            if (point == nameof(CrashPoint.BeforeDrain))
            {
                await sending.WaitAsync(TestNode.Patience);
                await armed.EventuallyAsync(1L, "SELECT COUNT(*) FROM OfflineMessage");
                await bob.StartLogInAsync(armed);
            }

            await armed.ExitAsync(NodeProcess.KilledExitCode);
            await alice.Closed.WaitAsync(TestNode.Patience);
            await bob.ConnectionLostAsync();
        }

        var seq = await SeqOfAsync(sending);
        if (point is nameof(CrashPoint.BeforeInsert) or nameof(CrashPoint.AfterCommit))
            Assert.Null(seq);
        else
            Assert.True(seq is 1 || (seq is null && !MustBeAcknowledged(point)), $"seq {seq}");

        await using var node = await NodeProcess.StartAsync(_folder);
        await bob.LogInAsync(node);
        if (point != nameof(CrashPoint.BeforeInsert))
            await bob.HasReceivedAsync("m1"); // without anybody asking
        await using (var alice = await node.LogInAsync(sender))
        {
            Assert.Equal(1, await SendUntilAcceptedAsync(alice, bob.Id, "m1", "c1"));
            Assert.Equal(2, await SendUntilAcceptedAsync(alice, bob.Id, "m2", "c2"));
            await bob.HasReceivedAsync("m2");
            Assert.Contains("m1", bob.Texts);
            var history = await alice.RequestAsync(new { msgid = 107, conversation = $"d:{alice.UserId}:{bob.Id}", after = 0, limit = 100 });
            Assert.Equal(
                [("c1", 1L), ("c2", 2L)],
                history.GetProperty("messages").EnumerateArray().Select(message => (message.Text("cmid"), message.Number("seq"))));
            await bob.AcknowledgeAsync($"d:{alice.UserId}:{bob.Id}", 2);
        }

        await node.EventuallyAsync(0L, "SELECT COUNT(*) FROM OfflineMessage");
        await node.EventuallyAsync(2L, $"SELECT received_to FROM DeliveryMark WHERE userid = {bob.Id}");
        await bob.LeaveAsync(node);
        await bob.LogInAsync(node);
        Assert.Empty(await bob.TakeAllAsync());
        await bob.LeaveAsync(node);
    }

    [Theory]
    [InlineData(nameof(CrashPoint.AfterCommit), true)]
    [InlineData(nameof(CrashPoint.AfterCommit), false)]
    [InlineData(nameof(CrashPoint.AfterQueued), false)]
    public async Task What_a_legacy_client_sent_and_the_log_has_arrives(string point, bool isModern)
    {
        Recipient alice;
        Recipient bob;
        await using (var armed = await NodeProcess.StartAsync(_folder, point))
        {
            alice = await Recipient.RegisterAsync(armed, isModern: false, "alice");
            bob = await Recipient.RegisterAsync(armed, isModern);
            if (point == nameof(CrashPoint.AfterQueued))
                await bob.LeaveAsync(armed);
            await alice.Legacy!.SendChatAsync(alice.Id, alice.Name, bob.Id, "m1");
            await armed.ExitAsync(NodeProcess.KilledExitCode);
            await alice.ConnectionLostAsync();
            await bob.ConnectionLostAsync();
        }

        Assert.Empty(bob.Texts);
        await using var node = await NodeProcess.StartAsync(_folder);
        await bob.LogInAsync(node);
        await bob.HasReceivedAsync("m1");
        await alice.LogInAsync(node);
        await alice.Legacy!.SendChatAsync(alice.Id, alice.Name, bob.Id, "m2");
        await bob.HasReceivedAsync("m2");
        await node.EventuallyAsync(22L, "SELECT 10 * COUNT(*) + MAX(seq) FROM MessageLog"); // 1 and 2
        Assert.Equal(["m1", "m2"], isModern ? bob.Texts : bob.Texts.Distinct());
        await alice.LeaveAsync(node);
        await bob.LeaveAsync(node);
    }

    static bool MustBeAcknowledged(string point) => point is nameof(CrashPoint.AfterAcknowledge) or nameof(CrashPoint.BeforeDrain);

    static async Task<long?> SeqOfAsync(Task<JsonElement> sending)
    {
        try
        {
            return (await sending.WaitAsync(TestNode.Patience)).Number("seq");
        }
        catch (IOException)
        {
            return null;
        }
    }

    internal static async Task<long> SendUntilAcceptedAsync(ModernTestClient client, int to, string text, string cmid)
    {
        JsonElement reply = default;
        await Eventually.EqualAsync(0L, async () => (reply = await client.SendToAsync(to, text, cmid)).Number("errno"));
        return reply.Number("seq");
    }
}
