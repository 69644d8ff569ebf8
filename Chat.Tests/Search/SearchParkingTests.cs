using Chat.Node.Search;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Search;

public sealed class SearchParkingTests
{
    static readonly ConversationId Id = ConversationId.Group(5);

    readonly SearchParking _parking = new();

    [Fact]
    public void What_failed_waits_twice_as_long_each_time_and_others_do_not()
    {
        Assert.True(_parking.OnFailed(Id, 0));
        Assert.True(_parking.Holds(Id, SearchParking.FirstPauseMilliseconds - 1));
        Assert.False(_parking.Holds(ConversationId.Group(6), 0));
        Assert.Empty(_parking.Due(SearchParking.FirstPauseMilliseconds - 1));
        Assert.Equal([Id], _parking.Due(SearchParking.FirstPauseMilliseconds));
        Assert.False(_parking.OnFailed(Id, SearchParking.FirstPauseMilliseconds));
        Assert.True(_parking.Holds(Id, (3 * SearchParking.FirstPauseMilliseconds) - 1));
        Assert.False(_parking.Holds(Id, 3 * SearchParking.FirstPauseMilliseconds));
        Assert.Equal(0, _parking.Oldest);
    }

    [Fact]
    public void A_pause_is_bounded_and_ends_with_a_success()
    {
        var now = 0L;
        for (var time = 0; time < 40; time++)
            _parking.OnFailed(Id, now += SearchParking.LongestPauseMilliseconds);
        Assert.Equal([Id], _parking.Due(now + SearchParking.LongestPauseMilliseconds));
        _parking.OnDone(Id);
        Assert.Null(_parking.Oldest);
        Assert.False(_parking.Holds(Id, now));
    }

    [Fact]
    public void So_many_are_remembered()
    {
        for (var group = 1; group <= SearchParking.Max + 1; group++)
            _parking.OnFailed(ConversationId.Group(group), 0);
        Assert.Equal(SearchParking.Max, _parking.Count);
    }
}
