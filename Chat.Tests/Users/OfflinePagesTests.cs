using Chat.Node.Storage;
using Chat.Protocol;
using Chat.Node.Users;
using Xunit;

namespace Chat.Tests.Users;

public sealed class OfflinePagesTests
{
    [Fact]
    public void Small_rows_go_together() => Assert.Equal(100, OfflinePages.Cut(Rows(100, 1000)).Count);

    [Fact]
    public void Large_rows_are_cut_off_before_they_are_too_much_for_one_message()
    {
        var page = OfflinePages.Cut(Rows(100, 64 * 1024));
        Assert.Equal([1L, 2, 3, 4, 5, 6], page.Select(row => row.Id));
    }

    [Fact]
    public void The_largest_row_goes_alone() => Assert.Single(OfflinePages.Cut(Rows(3, 512 * 1024)));

    [Fact]
    public void Nothing_stays_nothing() => Assert.Empty(OfflinePages.Cut([]));

    [Fact]
    public void What_was_taken_over_late_comes_before_later_messages_of_its_conversation()
    {
        var group = ConversationId.Group(5);
        var other = ConversationId.Direct(1, 2);
        QueuedMessage Row(long id, ConversationId? conversation, long seq) => new(id, conversation, seq, null, 0, default);
        var pages = OfflinePages.InOrder([Row(1, group, 3), Row(2, other, 7), Row(3, null, 0), Row(4, group, 4), Row(5, group, 1), Row(6, group, 2)]);
        Assert.Equal([1, 2, 3, 4], pages.SelectMany(page => page).Where(row => row.Conversation == group).Select(row => row.Seq));
        Assert.Equal([5, 2, 3, 6, 1, 4], pages.SelectMany(page => page).Select(row => row.Id));
        Assert.All(pages, page => Assert.Equal(page.Select(row => row.Id).Order(), page.Select(row => row.Id)));
    }

    [Fact]
    public void An_ordinary_queue_is_one_page()
    {
        var rows = Enumerable.Range(1, 50).Select(id => new QueuedMessage(id, ConversationId.Direct(1, 2 + id % 3), id, null, 0, default)).ToList();
        Assert.Equal(rows, Assert.Single(OfflinePages.InOrder(rows)));
        Assert.Empty(OfflinePages.InOrder([]));
    }

    static List<QueuedMessage> Rows(int count, int bytes) =>
        [.. Enumerable.Range(1, count).Select(id => new QueuedMessage(id, null, 0, null, 0, new byte[bytes]))];
}
