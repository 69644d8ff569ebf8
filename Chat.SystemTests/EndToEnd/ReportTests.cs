using Chat.Node.Storage;
using Xunit;

namespace Chat.SystemTests.EndToEnd;

/// <summary>Messages that somebody is to look at.</summary>
[Collection(NodeCollection.Name)]
public abstract class ReportTests(NodeFixture fixture)
{
    TestNode Node => fixture.Node;

    ReportStore Reports => Node.Service<ReportStore>();

    public sealed class OnSqlite(SqliteNode node) : ReportTests(node), IClassFixture<SqliteNode>;

    public sealed class OnMariaDb(MariaDbNode node) : ReportTests(node), IClassFixture<MariaDbNode>;

    [Fact]
    public async Task A_report_has_the_text_as_it_was_once_until_it_is_closed()
    {
        await using var alice = await NewAsync();
        await using var bob = await NewAsync();
        var id = (await alice.SendToAsync(bob.UserId, "buy \"this\" 你")).Text("conversation");
        var report = new { msgid = 143, conversation = id, seq = 1, reason = "spam\nand more" };
        Assert.Equal(0, (await bob.RequestAsync(report)).Number("errno"));
        Assert.Equal(0, (await alice.RequestAsync(new { msgid = 131, conversation = id, seq = 1, recall = true })).Number("errno"));
        var stored = Assert.Single(await OfAsync(bob));
        Assert.Equal(
            ("buy \"this\" 你", "spam\nand more", 1L, alice.UserId, bob.UserId), (stored.Msg, stored.Reason, stored.Seq, stored.Sender, stored.Reporter));
        var recalled = await bob.RequestAsync(report);
        Assert.Equal((13L, id), (recalled.Number("errno"), recalled.Text("conversation")));

        Assert.True(await Reports.CloseAsync(stored.Id));
        Assert.False(await Reports.CloseAsync(stored.Id));
        Assert.Empty(await OfAsync(bob));
        Assert.Equal(0, await Node.ScalarAsync<int>($"SELECT COUNT(*) FROM MessageReport WHERE id = {stored.Id} AND (msg <> '' OR reason <> '')"));
    }

    [Fact]
    public async Task The_same_message_is_reported_once_and_only_by_who_sees_it()
    {
        await using var alice = await NewAsync();
        await using var bob = await NewAsync();
        await using var mallory = await NewAsync();
        var id = (await alice.SendToAsync(bob.UserId, "hi")).Text("conversation");
        foreach (var _ in (int[])[1, 2])
            Assert.Equal(0, (await bob.RequestAsync(new { msgid = 143, conversation = id, seq = 1, reason = "x" })).Number("errno"));
        Assert.Single(await OfAsync(bob));
        var foreign = await mallory.RequestAsync(new { msgid = 143, conversation = id, seq = 1, reason = "x" });
        Assert.Equal((6L, id), (foreign.Number("errno"), foreign.Text("conversation")));
        Assert.Equal(4, (await alice.RequestAsync(new { msgid = 143, conversation = id, seq = 1, reason = "x" })).Number("errno"));
        Assert.Equal(7, (await bob.RequestAsync(new { msgid = 143, conversation = id, seq = 2, reason = "x" })).Number("errno"));
        Assert.Equal(7, (await bob.RequestAsync(new { msgid = 143, conversation = id, seq = long.MaxValue, reason = "x" })).Number("errno"));
        Assert.Equal(0, (await alice.SendToAsync(bob.UserId, "again")).Number("errno"));
        Assert.Equal(0, (await bob.RequestAsync(new { msgid = 135, conversation = id, clear_to = 2 })).Number("errno"));
        Assert.Equal(7, (await bob.RequestAsync(new { msgid = 143, conversation = id, seq = 2, reason = "x" })).Number("errno"));
        Assert.Empty(await OfAsync(mallory));
    }

    [Fact]
    public async Task Reports_come_no_faster_than_people_read()
    {
        await using var alice = await NewAsync();
        await using var bob = await NewAsync();
        var id = "";
        for (var i = 0; i <= ReportStore.MaxAtOnce; i++)
            id = (await alice.SendToAsync(bob.UserId, $"no. {i}")).Text("conversation");
        for (var seq = 1; seq <= ReportStore.MaxAtOnce; seq++)
            Assert.Equal(0, (await bob.RequestAsync(new { msgid = 143, conversation = id, seq, reason = "x" })).Number("errno"));
        var refused = await bob.RequestAsync(new { msgid = 143, conversation = id, seq = ReportStore.MaxAtOnce + 1, reason = "x" });
        Assert.Equal((9L, true), (refused.Number("errno"), refused.GetProperty("retry").GetBoolean()));
        Assert.Equal(ReportStore.MaxAtOnce, (await OfAsync(bob)).Count);
    }

    async Task<List<MessageReport>> OfAsync(ModernTestClient reporter) => [.. (await Reports.OpenAsync(0, 1000)).Where(report => report.Reporter == reporter.UserId)];

    Task<ModernTestClient> NewAsync() => ModernTestClient.NewAsync(Node.Port, $"u{Guid.NewGuid():N}"[..20]);
}
