using Chat.Node.Gateway;
using Chat.Node.Storage;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Gateway;

public sealed class SyncPageTests
{
    const long Now = 10_000_000;
    const int Room = 65536;

    [Fact]
    public void Without_a_token_everything_is_news()
    {
        var page = SyncPage.Make([Row(1, head: 5, ts: 100, received: 4, read: 3), Row(2, head: 1, ts: Now)], null, Now, Room);
        Assert.Equal([new ConversationEntry(ConversationId.Group(1), 5, 4, 3), new ConversationEntry(ConversationId.Group(2), 1, 0, 0)], page.Entries);
        Assert.False(page.HasMore);
    }

    [Theory]
    [InlineData(Now)]
    [InlineData(Now - 15_000)]
    [InlineData(Now - 3_600_000)]
    public void An_unchanged_world_is_answered_with_nothing(long changedAt)
    {
        SyncRow[] rows = [Row(1, head: 5, ts: changedAt), Row(2, head: 1, ts: Now)];
        var token = Again(SyncPage.Make(rows, null, Now, Room));
        Assert.Empty(SyncPage.Make(rows, token, Now, Room).Entries);
        Assert.Empty(SyncPage.Make(rows, token, Now + 3_600_000, Room).Entries);
    }

    [Fact]
    public void A_new_message_and_a_new_reading_are_news()
    {
        var token = Again(SyncPage.Make([Row(1, head: 5, ts: Now), Row(2, head: 5, ts: Now)], null, Now, Room));
        var page = SyncPage.Make([Row(1, head: 6, ts: Now + 1), Row(2, head: 5, ts: Now, read: 5, updated: Now + 1)], token, Now + 2, Room);
        Assert.Equal([(1, 6L, 0L), (2, 5L, 5L)], page.Entries.Select(entry => (entry.Conversation.B, entry.Head, entry.Read)));
    }

    [Fact]
    public void A_commit_that_becomes_visible_late_is_not_missed()
    {
        var token = Again(SyncPage.Make([Row(1, head: 5, ts: Now)], null, Now, Room));
        var page = SyncPage.Make([Row(1, head: 5, ts: Now), Row(2, head: 1, ts: Now - 29_000)], token, Now + 60_000, Room);
        Assert.Equal([ConversationId.Group(2)], page.Entries.Select(entry => entry.Conversation));
    }

    [Fact]
    public void A_long_answer_comes_in_pages_that_together_are_everything_once()
    {
        var rows = Enumerable.Range(1, 500).Select(id => Row(id, head: id, ts: Now - 1000 + (id / 7 * 7))).ToArray();
        var told = new List<int>();
        SyncToken? token = null;
        SyncPage page;
        do
        {
            page = SyncPage.Make(rows, token, Now, maxFrameBytes: 8192);
            Assert.NotEmpty(page.Entries);
            Assert.InRange(ModernFrames.Sync(default, page.Token.Encode(), page.Entries, page.HasMore).Length, 1, 8192);
            told.AddRange(page.Entries.Select(entry => entry.Conversation.B));
            token = Again(page);
        }
        while (page.HasMore);

        Assert.Equal(Enumerable.Range(1, 500), told.Order());
        Assert.Empty(SyncPage.Make(rows, token, Now, 8192).Entries);
    }

    [Fact]
    public void Many_changes_at_the_very_same_time_come_in_pages_too()
    {
        var rows = Enumerable.Range(1, 40).Select(id => Row(id, head: 1, ts: Now)).ToArray();
        var first = SyncPage.Make(rows, null, Now, maxFrameBytes: 4096);
        Assert.True(first.HasMore);
        var second = SyncPage.Make(rows, Again(first), Now, maxFrameBytes: 65536);
        Assert.False(second.HasMore);
        Assert.Equal(Enumerable.Range(1, 40), first.Entries.Concat(second.Entries).Select(entry => entry.Conversation.B).Order());
    }

    [Fact]
    public void The_oldest_change_comes_first()
    {
        var page = SyncPage.Make([Row(1, ts: 300), Row(2, ts: 100), Row(3, ts: 50, updated: 200)], null, Now, Room);
        Assert.Equal([2, 3, 1], page.Entries.Select(entry => entry.Conversation.B));
    }

    static SyncToken Again(SyncPage page) => SyncToken.TryDecode(page.Token.Encode())!;

    static SyncRow Row(int group, long head = 1, long ts = 0, long received = 0, long read = 0, long updated = 0) =>
        new() { A = 0, B = group, Head = head, Ts = ts, Received = received, Read = read, Updated = updated };
}
