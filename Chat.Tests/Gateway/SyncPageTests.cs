using Chat.Node.Gateway;
using Chat.Node.Storage;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Gateway;

public sealed class SyncReplyTests
{
    const int LargeFrame = 65536;
    const int FrameForThree = 1024 + (3 * 160);
    const long Now = 1_000_000_000;
    static readonly long Overlap = (long)SyncToken.Overlap.TotalMilliseconds;

    [Fact]
    public void Without_a_token_everything_is_news_oldest_change_first()
    {
        var page = SyncPage.Make([Row(1, Now - 10), Row(2, Now - 30), Row(3, ts: 5, updated: Now - 20)], null, Now, LargeFrame);
        Assert.Equal(["g:2", "g:3", "g:1"], Told(page));
        Assert.False(page.HasMore);
    }

    [Fact]
    public void An_entry_tells_head_and_marks()
    {
        var row = new SyncRow { A = 3, B = 17, Head = 42, ReceivedTo = 41, ReadTo = 40, Ts = Now };
        var entry = Assert.Single(SyncPage.Make([row], null, Now, LargeFrame).Entries);
        Assert.Equal(("d:3:17", 42L, 41L, 40L), (entry.Conversation.ToString(), entry.Head, entry.Received, entry.Read));
    }

    [Fact]
    public void A_mark_above_the_head_is_told_to_nobody()
    {
        var row = new SyncRow { A = 3, B = 17, Head = 42, ReceivedTo = 43, ReadTo = long.MaxValue, Ts = Now };
        var entry = Assert.Single(SyncPage.Make([row], null, Now, LargeFrame).Entries);
        Assert.Equal((42L, 0L, 42L), (entry.Head, entry.Received, entry.Read));
    }

    [Fact]
    public void A_token_of_a_time_to_come_hides_nothing()
    {
        List<SyncRow> rows = [Row(1, Now - 5)];
        Assert.Single(SyncPage.Make(rows, new SyncToken(long.MaxValue, []), Now, LargeFrame).Entries);
        Assert.Single(SyncPage.Make(rows, new SyncToken(Now + Overlap + 1, []), Now, LargeFrame).Entries);
        Assert.Empty(SyncPage.Make(rows, new SyncToken(Now + Overlap, []), Now, LargeFrame).Entries);
    }

    [Fact]
    public void Changes_of_a_time_to_come_are_told_once_too()
    {
        var rows = Enumerable.Range(1, 7).Select(group => Row(group, Now + (10 * Overlap) + group)).ToList();
        Assert.Equal([("g:1,g:2,g:3", true), ("g:4,g:5,g:6", true), ("g:7", false)], Pages(rows));
    }

    [Fact]
    public void An_unchanged_world_is_answered_with_nothing()
    {
        List<SyncRow> rows = [Row(1, Now - (10 * Overlap)), Row(2, Now - 5), Row(3, Now + 5)];
        var first = SyncPage.Make(rows, null, Now, LargeFrame);
        var second = SyncPage.Make(rows, Again(first), Now + 1000, LargeFrame);
        var third = SyncPage.Make(rows, Again(second), Now + (10 * Overlap), LargeFrame);
        Assert.Equal(3, first.Entries.Count);
        Assert.Empty(second.Entries);
        Assert.Empty(third.Entries);
    }

    [Fact]
    public void A_change_is_told_alone()
    {
        var first = SyncPage.Make([Row(1, Now - 5), Row(2, Now - 5)], null, Now, LargeFrame);
        var second = SyncPage.Make([Row(1, Now - 5), Row(2, Now + 5, head: 2)], Again(first), Now + 10, LargeFrame);
        Assert.Equal(["g:2"], Told(second));
    }

    [Fact]
    public void A_commit_that_becomes_visible_late_is_told()
    {
        var first = SyncPage.Make([Row(1, Now - 5)], null, Now, LargeFrame);
        var late = SyncPage.Make([Row(1, Now - 5), Row(2, Now - Overlap)], Again(first), Now + 10, LargeFrame);
        Assert.Equal(["g:2"], Told(late));
    }

    [Fact]
    public void What_does_not_fit_comes_with_the_next_page_and_nothing_twice()
    {
        var rows = Enumerable.Range(1, 8).Select(group => Row(group, Now - 1000 + group)).ToList();
        Assert.Equal(
            [("g:1,g:2,g:3", true), ("g:4,g:5,g:6", true), ("g:7,g:8", false)],
            Pages(rows));
    }

    [Fact]
    public void Changes_of_one_moment_may_be_on_two_pages()
    {
        var rows = Enumerable.Range(1, 7).Select(group => Row(group, Now - 1000)).ToList();
        Assert.Equal(
            [("g:1,g:2,g:3", true), ("g:4,g:5,g:6", true), ("g:7", false)],
            Pages(rows));
    }

    [Fact]
    public void The_smallest_frame_has_room_for_one()
    {
        var page = SyncPage.Make([Row(1, 10), Row(2, 20)], null, Now, maxFrameBytes: 10);
        Assert.Equal(["g:1"], Told(page));
        Assert.True(page.HasMore);
    }

    [Theory]
    [InlineData(4096)]
    [InlineData(65536)]
    public void A_page_fits_the_frame(int maxFrameBytes)
    {
        var rows = Enumerable.Range(1_000_000, 1000).Select(group => Row(group, Now - group, head: 1_000_000)).ToList();
        var page = SyncPage.Make(rows, null, Now, maxFrameBytes);
        Assert.True(page.HasMore);
        var reply = ModernFrames.Sync(default, page.Token.Encode(), page.Entries, page.HasMore);
        Assert.InRange(reply.Length, maxFrameBytes / 4, maxFrameBytes);
    }

    static List<(string Told, bool HasMore)> Pages(List<SyncRow> rows)
    {
        var pages = new List<(string, bool)>();
        SyncToken? token = null;
        SyncPage page;
        do
        {
            page = SyncPage.Make(rows, token, Now, FrameForThree);
            pages.Add((string.Join(',', Told(page)), page.HasMore));
            token = Again(page);
        }
        while (page.HasMore && pages.Count < 10);
        Assert.Empty(SyncPage.Make(rows, token, Now, FrameForThree).Entries);
        return pages;
    }

    static SyncToken? Again(SyncPage page) => SyncToken.TryDecode(page.Token.Encode());

    static IEnumerable<string> Told(SyncPage page) => page.Entries.Select(entry => entry.Conversation.ToString());

    static SyncRow Row(int group, long ts, long head = 1, long updated = 0) => new() { B = group, Head = head, Ts = ts, Updated = updated };
}
