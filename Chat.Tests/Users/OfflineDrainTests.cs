using Chat.Node.Storage;
using Chat.Node.Users;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Users;

public sealed class OfflineDrainTests
{
    static readonly ConversationId Pair = ConversationId.Direct(1, 3);
    readonly OfflineDrain _drain = new();

    [Theory]
    [InlineData(false, DeliveryPhase.Offline)]
    [InlineData(true, DeliveryPhase.AwaitingSessions)]
    public void Sessions_of_an_earlier_life_are_awaited(bool hadSessions, object phase)
    {
        Assert.True(_drain is { IsHolding: true, IsUnsettled: true, HasOpenWork: true });
        _drain.OnStarted(hadSessions);
        Assert.Equal(phase, _drain.Phase);
        Assert.Equal((hadSessions, hadSessions, hadSessions), (_drain.IsHolding, _drain.IsUnsettled, _drain.HasOpenWork));
        _drain.StopAwaiting();
        Assert.Equal(DeliveryPhase.Offline, _drain.Phase);
    }

    [Fact]
    public void A_listing_is_overdue_after_its_time()
    {
        _drain.StartListing(now: 5000);
        Assert.True(_drain is { HasOpenWork: true, IsHolding: false, IsUnderWay: false });
        Assert.False(_drain.IsListingOverdue(now: 5999, patience: 1000));
        Assert.True(_drain.IsListingOverdue(now: 6000, patience: 1000));
        _drain.Start();
        Assert.False(_drain.IsListingOverdue(now: 6000, patience: 1000));
    }

    [Fact]
    public void One_read_is_under_way_at_once()
    {
        _drain.Start();
        Assert.True(Read());
        Assert.False(Read());
        Assert.Equal(PageOutcome.Found, _drain.OnRead(hasFailed: false));
        Assert.True(Read());
    }

    [Fact]
    public void A_read_that_failed_is_overdue_until_the_next()
    {
        _drain.Start();
        Read();
        Assert.Equal(PageOutcome.Failed, _drain.OnRead(hasFailed: true));
        Assert.True(_drain is { IsPageOverdue: true, HasOpenWork: true });
        Read();
        Assert.False(_drain.IsPageOverdue);
    }

    [Fact]
    public void A_read_of_a_login_that_is_gone_is_not_wanted()
    {
        _drain.Start();
        Read();
        _drain.OnLastSessionGone();
        Assert.Equal(PageOutcome.Unwanted, _drain.OnRead(hasFailed: true));
        Assert.False(_drain.IsPageOverdue);
    }

    [Fact]
    public void Nothing_found_with_no_insert_open_proves_the_end()
    {
        _drain.Start();
        Read();
        _drain.OnRead(hasFailed: false);
        Assert.True(_drain.OnEnd(isBacklogIdle: true, added: 0));
        Assert.Equal((DeliveryPhase.Live, false), (_drain.Phase, _drain.IsHolding));
    }

    [Theory]
    [InlineData(false, 5, true, 5)] // open when the read began
    [InlineData(true, 5, true, 6)] // added meanwhile, and done
    [InlineData(true, 5, false, 5)] // open at its end
    public void An_insert_that_the_read_may_have_missed_leaves_the_end_open(bool wasIdle, long addedBefore, bool isIdle, long added)
    {
        _drain.Start();
        _drain.TryBeginRead(wasIdle, addedBefore);
        _drain.OnRead(hasFailed: false);
        Assert.False(_drain.OnEnd(isIdle, added));
        Assert.Equal((DeliveryPhase.Finishing, true, true), (_drain.Phase, _drain.IsHolding, _drain.IsUnderWay));
    }

    [Fact]
    public void Only_a_drain_that_finishes_can_stop_finishing()
    {
        _drain.Start();
        Assert.False(_drain.StopFinishing());
        _drain.OnEnd(isBacklogIdle: false, added: 0);
        Assert.True(_drain.StopFinishing());
        Assert.Equal(DeliveryPhase.Draining, _drain.Phase);
    }

    [Fact]
    public void Pages_are_given_in_their_order_and_then_the_queue_is_read()
    {
        _drain.Start();
        Assert.Null(_drain.NextPage());
        _drain.Add(readTo: 9, [Page(1, 2), Page(9)]);
        Assert.Equal((9, true), (_drain.ReadTo, _drain.HasMorePages));
        Assert.Equal([1, 2], _drain.NextPage()!.Select(row => row.Id));
        Assert.True(_drain.HasMorePages);
        Assert.Equal([9], _drain.NextPage()!.Select(row => row.Id));
        Assert.False(_drain.HasMorePages);
        Assert.Null(_drain.NextPage());
    }

    [Fact]
    public void The_end_of_a_page_is_flushed_once()
    {
        Give(1, 2, 3);
        Assert.False(_drain.OnFlushed(2));
        Assert.Equal([1, 2, 3], _drain.UnflushedPage.Select(row => row.Id));
        Assert.True(_drain.OnFlushed(3));
        Assert.Empty(_drain.UnflushedPage);
        Assert.False(_drain.OnFlushed(3)); // a second session
    }

    [Fact]
    public void Without_a_drain_a_flush_makes_no_page_due()
    {
        Give(1, 2);
        _drain.OnLastSessionGone();
        Assert.False(_drain.OnFlushed(2));
    }

    [Fact]
    public void Rows_belong_to_the_page_that_was_given_last()
    {
        Assert.False(_drain.IsOnPage(1));
        Give(1, 2, 3);
        Assert.Equal((true, false), (_drain.IsOnPage(3), _drain.IsOnPage(4)));
        Assert.Equal([1, 2], _drain.PageUpTo(2).Select(row => row.Id));
        Give(4);
        Assert.False(_drain.IsOnPage(3));
    }

    [Fact]
    public void The_next_login_begins_in_front()
    {
        Give(1, 2);
        _drain.Add(readTo: 5, [Page(5)]);
        _drain.OnLastSessionGone();
        Assert.Equal((DeliveryPhase.Offline, false), (_drain.Phase, _drain.HasMorePages));
        Assert.Null(_drain.NextPage()); // what was read and not given is read again
        _drain.OnFirstSession();
        Assert.Equal(0, _drain.ReadTo);
    }

    [Theory]
    [InlineData(4, 3)]
    [InlineData(9, 5)]
    public void A_row_in_front_of_what_was_read_is_read_too(long rowId, long readTo)
    {
        _drain.Add(readTo: 5, [Page(5)]);
        _drain.GoBackBefore(rowId);
        Assert.Equal(readTo, _drain.ReadTo);
    }

    [Fact]
    public void Numbers_that_came_from_the_queue_are_known_until_all_are_acknowledged()
    {
        Assert.False(_drain.OnReceived(Pair, 99));
        Give(11, 12, 11);
        Assert.Equal(12, _drain.DrainedTo(Pair));
        Assert.True(_drain.OnReceived(Pair, 11));
        Assert.Equal(12, _drain.DrainedTo(Pair));
        Assert.True(_drain.OnReceived(Pair, 12));
        Assert.Equal(0, _drain.DrainedTo(Pair));
        Assert.False(_drain.OnReceived(Pair, 12));
    }

    bool Read() => _drain.TryBeginRead(isBacklogIdle: true, added: 0);

    void Give(params long[] ids)
    {
        _drain.Start();
        _drain.Add(ids[^1], [Page(ids)]);
        _drain.NextPage();
    }

    /// <summary>Rows whose numbers are their ids.</summary>
    static List<QueuedMessage> Page(params long[] ids) => [.. ids.Select(id => new QueuedMessage(id, Pair, id, null, 0, default))];
}
