using Chat.Node.Storage;
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

    static List<QueuedMessage> Rows(int count, int bytes) =>
        [.. Enumerable.Range(1, count).Select(id => new QueuedMessage(id, null, 0, null, 0, new byte[bytes]))];
}
