using Chat.Node.Users;
using Xunit;

namespace Chat.Tests.Users;

public sealed class OfflineBacklogTests
{
    readonly OfflineBacklog<int> _backlog = new();

    [Fact]
    public void One_round_is_under_way_at_once()
    {
        Add(1, 2);
        Assert.Equal([1, 2], _backlog.NextRound());
        Add(3);
        Assert.Empty(_backlog.NextRound());
        _backlog.OnSettled(1, isDurable: true);
        Assert.Empty(_backlog.NextRound());
        _backlog.OnSettled(2, isDurable: true);
        Assert.Equal([3], _backlog.NextRound());
    }

    [Fact]
    public void What_failed_goes_first_next_time_in_its_order()
    {
        Add(1, 2, 3);
        _backlog.NextRound();
        Add(4);
        _backlog.OnSettled(1, isDurable: false);
        _backlog.OnSettled(2, isDurable: true);
        _backlog.OnSettled(3, isDurable: false);
        Assert.True(_backlog.IsStuck);
        Assert.Empty(_backlog.NextRound());
        _backlog.Retry();
        Assert.Equal([1, 3, 4], _backlog.NextRound());
    }

    [Fact]
    public void A_round_that_went_well_does_not_get_stuck()
    {
        Add(1);
        _backlog.NextRound();
        _backlog.OnSettled(1, isDurable: true);
        Assert.False(_backlog.IsStuck);
        Assert.True(_backlog.IsIdle);
    }

    [Fact]
    public void A_round_has_at_most_500_rows()
    {
        Add([.. Enumerable.Range(1, 501)]);
        Assert.Equal(500, _backlog.NextRound().Count);
        Assert.Equal(501, _backlog.Count);
    }

    [Fact]
    public void It_is_idle_only_when_nothing_waits_and_nothing_is_under_way()
    {
        Assert.True(_backlog.IsIdle);
        Add(1);
        Assert.False(_backlog.IsIdle);
        _backlog.NextRound();
        Assert.False(_backlog.IsIdle);
        Assert.Equal((1, 1), (_backlog.Count, _backlog.Added));
        _backlog.OnSettled(1, isDurable: true);
        Assert.True(_backlog.IsIdle);
        Assert.Equal((0, 1), (_backlog.Count, _backlog.Added));
    }

    void Add(params int[] items) => Array.ForEach(items, _backlog.Add);
}
