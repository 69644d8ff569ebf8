using Chat.Node.Gateway;
using Chat.Node.Storage;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Gateway;

public sealed class SyncReplyTests
{
    const int LargeFrame = 65536;
    const int FrameForThree = 1024 + (3 * 256);
    const long Now = 1_000_000_000;
    const long Start = 17;
    static readonly long Overlap = (long)SyncToken.Overlap.TotalMilliseconds;

    [Fact]
    public void Without_a_token_everything_is_news_oldest_change_first()
    {
        var page = SyncPage.Make([Row(1, Now - 10), Row(2, Now - 30), Row(3, ts: 5, updated: Now - 20)], null, At(Now), LargeFrame);
        Assert.Equal(["g:2", "g:3", "g:1"], Told(page));
        Assert.False(page.HasMore);
    }

    [Fact]
    public void An_entry_tells_head_and_marks()
    {
        var row = new SyncRow { A = 3, B = 17, Head = 42, ReceivedTo = 41, ReadTo = 40, Ts = Now };
        var entry = Assert.Single(SyncPage.Make([row], null, At(Now), LargeFrame).Entries);
        Assert.Equal(("d:3:17", 42L, 41L, 40L), (entry.Conversation.ToString(), entry.Head, entry.Received, entry.Read));
    }

    [Fact]
    public void A_mark_above_the_head_is_told_to_nobody()
    {
        var row = new SyncRow { A = 3, B = 17, Head = 42, ReceivedTo = 43, ReadTo = long.MaxValue, Ts = Now };
        var entry = Assert.Single(SyncPage.Make([row], null, At(Now), LargeFrame).Entries);
        Assert.Equal((42L, 0L, 42L), (entry.Head, entry.Received, entry.Read));
    }

    [Fact]
    public void Nor_is_a_mark_below_zero()
    {
        var row = new SyncRow { A = 3, B = 17, Head = 42, ReceivedTo = -5, ReadTo = long.MinValue, Ts = Now };
        var entry = Assert.Single(SyncPage.Make([row], null, At(Now), LargeFrame).Entries);
        Assert.Equal((42L, 0L, 0L), (entry.Head, entry.Received, entry.Read));
    }

    [Theory]
    [InlineData(40, 0, 1, 2, 0)] // user 17 has read 40 of 42
    [InlineData(0, 0, 1, 42, 0)]
    [InlineData(43, 0, 1, 0, 0)] // above the head, as after a restored backup
    [InlineData(-1, 0, 1, 42, 0)]
    [InlineData(30, 40, 1, 2, 41)] // cleared
    [InlineData(41, 40, 1, 1, 41)]
    [InlineData(0, 99, 1, 0, 43)]
    [InlineData(0, -9, 1, 42, 0)]
    [InlineData(40, 0, 17, 0, 0)] // the last one is the user's own
    public void Unread_is_what_others_said_above_the_mark_and_the_floor(long readTo, long hiddenTo, int sender, long unread, long floor)
    {
        var row = new SyncRow { A = 3, B = 17, Head = 42, ReadTo = readTo, HiddenTo = hiddenTo, Sender = sender, Ts = Now };
        var entry = Assert.Single(SyncPage.Make([row], null, At(Now), LargeFrame, reader: 17).Entries);
        Assert.Equal((unread, floor), (entry.Unread, entry.Floor));
        entry = Assert.Single(SyncPage.Make([row], null, At(Now), LargeFrame).Entries); // a client of version 2
        Assert.Equal((null, 0L), (entry.Unread, entry.Floor));
    }

    [Fact]
    public void A_conversation_that_was_cleared_is_news()
    {
        SyncRow Of(long hiddenTo) => new() { A = 3, B = 17, Head = 42, HiddenTo = hiddenTo, Ts = Now, Started = Start };
        var first = SyncPage.Make([Of(0)], null, At(Now), LargeFrame, reader: 17);
        Assert.Empty(SyncPage.Make([Of(0)], Again(first), At(Now), LargeFrame, reader: 17).Entries);
        Assert.Single(SyncPage.Make([Of(42)], Again(first), At(Now), LargeFrame, reader: 17).Entries);
    }

    [Fact]
    public void A_token_of_a_time_to_come_hides_nothing()
    {
        List<SyncRow> rows = [Row(1, Now - 5)];
        Assert.Single(SyncPage.Make(rows, new SyncToken(long.MaxValue, Start, []), At(Now), LargeFrame).Entries);
        Assert.Single(SyncPage.Make(rows, new SyncToken(Now + Overlap + 1, Start, []), At(Now), LargeFrame).Entries);
        Assert.Empty(SyncPage.Make(rows, new SyncToken(Now + Overlap, Start, []), At(Now), LargeFrame).Entries);
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
        var first = SyncPage.Make(rows, null, At(Now), LargeFrame);
        var second = SyncPage.Make(rows, Again(first), At(Now + 1000), LargeFrame);
        var third = SyncPage.Make(rows, Again(second), At(Now + (10 * Overlap)), LargeFrame);
        Assert.Equal(3, first.Entries.Count);
        Assert.Empty(second.Entries);
        Assert.Empty(third.Entries);
    }

    [Fact]
    public void A_change_is_told_alone()
    {
        var first = SyncPage.Make([Row(1, Now - 5), Row(2, Now - 5)], null, At(Now), LargeFrame);
        var second = SyncPage.Make([Row(1, Now - 5), Row(2, Now + 5, head: 2)], Again(first), At(Now + 10), LargeFrame);
        Assert.Equal(["g:2"], Told(second));
    }

    [Fact]
    public void A_commit_that_becomes_visible_late_is_told()
    {
        var first = SyncPage.Make([Row(1, Now - 5)], null, At(Now), LargeFrame);
        var late = SyncPage.Make([Row(1, Now - 5), Row(2, Now - Overlap)], Again(first), At(Now + 10), LargeFrame);
        Assert.Equal(["g:2"], Told(late));
    }

    [Fact]
    public void A_message_of_a_node_whose_clock_is_behind_is_told()
    {
        var behind = 100 * Overlap;
        var first = SyncPage.Make([Row(1, Now - 5)], null, new SyncMoment(Now, Now - behind, Start), LargeFrame);
        List<SyncRow> rows = [Row(1, Now - 5), Row(2, Now - behind)];
        var second = SyncPage.Make(rows, Again(first), new SyncMoment(Now + 10, Now + 10 - behind, Start), LargeFrame);
        Assert.Equal(["g:2"], Told(second));
        Assert.Empty(SyncPage.Make(rows, Again(second), new SyncMoment(Now + 20, Now + 20 - behind, Start), LargeFrame).Entries);
    }

    [Fact]
    public void So_is_one_of_a_node_that_started_afterwards_with_such_a_clock()
    {
        var first = SyncPage.Make([Row(1, Now - 5)], null, At(Now), LargeFrame);
        List<SyncRow> rows = [Row(1, Now - 5), Row(2, Now - (100 * Overlap), start: Start + 1), Row(3, Now - (100 * Overlap), start: Start)];
        var second = SyncPage.Make(rows, Again(first), new SyncMoment(Now + 10, Now, Start + 1), LargeFrame);
        Assert.Equal(["g:2"], Told(second));
        Assert.Empty(SyncPage.Make(rows, Again(second), new SyncMoment(Now + 20, Now, Start + 1), LargeFrame).Entries);
    }

    [Fact]
    public void Those_of_a_node_that_started_afterwards_come_page_by_page_too()
    {
        var token = SyncPage.Make([], null, At(Now), FrameForThree).Token;
        var rows = Enumerable.Range(1, 7).Select(group => Row(group, Now - (100 * Overlap) + group, start: Start + 1)).ToList();
        var told = new List<string>();
        for (var hasMore = true; hasMore;)
        {
            var page = SyncPage.Make(rows, token, new SyncMoment(Now + 10, Now, Start + 1), FrameForThree);
            told.AddRange(Told(page));
            (token, hasMore) = (SyncToken.TryDecode(page.Token.Encode()), page.HasMore);
        }

        Assert.Equal(["g:1", "g:2", "g:3", "g:4", "g:5", "g:6", "g:7"], told);
    }

    [Fact]
    public void However_far_a_clock_is_behind_a_page_fits_the_frame()
    {
        var rows = Enumerable.Range(1_000_000, 10_000).Select(group => Row(group, Now - group, head: long.MaxValue >> 10)).ToList();
        var moment = new SyncMoment(Now, 0, Start);
        var page = SyncPage.Make(rows, null, moment, LargeFrame);
        for (var pages = 0; page.HasMore; pages++)
        {
            Assert.InRange(pages, 0, 100);
            page = SyncPage.Make(rows, Again(page), moment, LargeFrame);
            Assert.InRange(ModernFrames.Sync(default, page.Token.Encode(), page.Entries, page.HasMore).Length, 1, LargeFrame);
        }
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
        var page = SyncPage.Make([Row(1, 10), Row(2, 20)], null, At(Now), maxFrameBytes: 10);
        Assert.Equal(["g:1"], Told(page));
        Assert.True(page.HasMore);
    }

    [Theory]
    [InlineData(4096)]
    [InlineData(65536)]
    public void A_page_fits_the_frame(int maxFrameBytes)
    {
        var rows = Enumerable.Range(1_000_000, 1000).Select(group => Row(group, Now - group, head: StoredNumbers.MaxSeq, hiddenTo: StoredNumbers.MaxSeq - 1)).ToList();
        var page = SyncPage.Make(rows, null, At(Now), maxFrameBytes, reader: int.MaxValue);
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
            page = SyncPage.Make(rows, token, At(Now), FrameForThree);
            pages.Add((string.Join(',', Told(page)), page.HasMore));
            token = Again(page);
        }
        while (page.HasMore && pages.Count < 10);
        Assert.Empty(SyncPage.Make(rows, token, At(Now), FrameForThree).Entries);
        return pages;
    }

    static SyncToken? Again(SyncPage page) => SyncToken.TryDecode(page.Token.Encode());

    static IEnumerable<string> Told(SyncPage page) => page.Entries.Select(entry => entry.Conversation.ToString());

    static SyncMoment At(long now) => new(now, now, Start);

    static SyncRow Row(int group, long ts, long head = 1, long updated = 0, long start = Start, long hiddenTo = 0) =>
        new() { B = group, Head = head, Ts = ts, Updated = updated, Started = start, HiddenTo = hiddenTo };
}
