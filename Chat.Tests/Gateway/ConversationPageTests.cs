using Chat.Node.Gateway;
using Chat.Node.Storage;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Gateway;

public sealed class ConversationPageTests
{
    const int Me = 17;
    static readonly UserSettings NoSettings = new(PresencePrivacy.Everyone, [], []);

    [Fact]
    public void The_newest_message_comes_first_and_pinned_ones_before_it_in_the_order_of_their_pins()
    {
        List<SyncRow> rows = [Row(1, ts: 10), Row(2, ts: 30), Row(3, ts: 20), Row(4, ts: 5), Row(5, ts: 1)];
        var settings = NoSettings with { Pinned = [ConversationId.Group(5), ConversationId.Group(99), ConversationId.Group(4)] };
        Assert.Equal([2, 3, 1, 4, 5], Groups(Make(rows, NoSettings)));
        Assert.Equal([5, 4, 2, 3, 1], Groups(Make(rows, settings)));
    }

    [Fact]
    public void Pages_go_on_behind_a_conversation_and_leave_nothing_out()
    {
        var rows = Enumerable.Range(1, 7).Select(group => Row(group, ts: 100 - group)).ToList();
        var first = Make(rows, NoSettings, limit: 3);
        Assert.Equal([1, 2, 3], Groups(first));
        Assert.True(first.HasMore);

        // The last one of the page gets a message meanwhile: what is behind its old place comes all the same.
        rows[2] = Row(3, ts: 1000);
        var second = Make(rows, NoSettings, limit: 3, after: 3);
        Assert.Equal([1, 2, 4], Groups(second));
        var third = Make(rows, NoSettings, limit: 3, after: 4);
        Assert.Equal([5, 6, 7], Groups(third));
        Assert.False(third.HasMore);
        Assert.Equal([3, 1, 2], Groups(Make(rows, NoSettings, limit: 3, after: 99))); // not there any more: from the start
    }

    [Fact]
    public void Only_what_is_unread_or_marked_so_is_listed_if_that_is_wanted()
    {
        List<SyncRow> rows =
        [
            Row(1, ts: 4, head: 5, read: 5), Row(2, ts: 3, head: 5, read: 4), Row(3, ts: 2, head: 5, read: 5, flags: ConversationFlags.MarkedUnread),
            Row(4, ts: 1, head: 5, read: 0, sender: Me),
        ];
        Assert.Equal([2, 3], Groups(Make(rows, NoSettings, onlyUnread: true)));
        Assert.Equal([3], Groups(Make(rows, NoSettings, onlyUnread: true, after: 2)));
        Assert.Equal([1, 2, 3, 4], Groups(Make(rows, NoSettings)));
    }

    [Fact]
    public void Archived_ones_are_a_list_of_their_own_and_unread_counts_all_of_a_list()
    {
        List<SyncRow> rows =
        [
            Row(1, ts: 4, head: 5, read: 2), Row(2, ts: 3, head: 7, read: 0), Row(3, ts: 2, head: 9, read: 8, flags: ConversationFlags.Archived),
            Row(4, ts: 1, head: 9, read: 9, flags: ConversationFlags.Archived | ConversationFlags.MarkedUnread),
        ];
        var page = Make(rows, NoSettings, limit: 1);
        Assert.Equal((1, 10L, true), (Assert.Single(Groups(page)), page.Unread, page.HasMore));
        page = Make(rows, NoSettings, archived: true);
        Assert.Equal([3, 4], Groups(page));
        Assert.Equal((1L, false), (page.Unread, page.HasMore));
    }

    static ConversationPage Make(
        IReadOnlyList<SyncRow> rows, UserSettings settings, int limit = 100, int? after = null, bool onlyUnread = false, bool archived = false) =>
        ConversationPage.Make(rows, settings, new ListConversationsRequest(after is { } group ? ConversationId.Group(group) : null, limit, onlyUnread, archived), Me);

    static IEnumerable<int> Groups(ConversationPage page) => page.Rows.Select(row => row.Conversation.B);

    static SyncRow Row(int group, long ts, long head = 1, long read = 0, int sender = 1, ConversationFlags flags = ConversationFlags.None) =>
        new() { B = group, Head = head, Ts = ts, ReadTo = read, Sender = sender, Flags = (long)flags };
}
