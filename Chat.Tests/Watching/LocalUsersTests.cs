using Chat.Node.Contracts;
using Chat.Node.Watching;
using Xunit;

namespace Chat.Tests.Watching;

/// <summary>Who is on this node, and how.</summary>
public sealed class LocalUsersTests
{
    static readonly HashSet<int> Nobody = [];

    readonly LocalUsers _users = new();

    [Fact]
    public void Nobody_is_shown_before_it_is_known_whether_the_user_hides()
    {
        _users.Came(1);
        _users.Came(2);
        Assert.Equal([(1, Standing.Gone), (2, Standing.Gone)], Changed());
        Assert.True(_users.Hides(1));
        var ids = _users.BeginRead(10);
        Assert.Equal([1, 2], ids.Order());
        _users.OnRead(ids, new HashSet<int> { 2 });
        Assert.Equal([(1, Standing.Online), (2, Standing.Hidden)], Changed());
        Assert.Equal((false, true), (_users.Hides(1), _users.Hides(2)));
        Assert.Empty(_users.BeginRead(10));
    }

    [Fact]
    public void A_user_is_away_when_all_sessions_are()
    {
        Come(1);
        _users.Came(1);
        _users.SetAway(1, isAway: true);
        Assert.Equal([(1, Standing.Online)], Changed());
        _users.SetAway(1, isAway: true);
        Assert.Equal([(1, Standing.Away)], Changed());
        _users.Went(1, wasAway: true);
        Assert.Equal([(1, Standing.Away)], Changed());
        _users.SetAway(1, isAway: false);
        Assert.Equal([(1, Standing.Online)], Changed());
    }

    [Fact]
    public void A_user_is_gone_with_the_last_session()
    {
        Come(1);
        _users.Came(1);
        _users.Went(1, wasAway: false);
        Assert.Equal([(1, Standing.Online)], Changed());
        _users.Went(1, wasAway: false);
        Assert.Equal([(1, Standing.Gone)], Changed());
        _users.Went(1, wasAway: false); // of nobody who is there
        Assert.Empty(Changed());
        Assert.Equal(0, _users.Count);
    }

    [Fact]
    public void What_a_user_says_counts_more_than_what_was_being_read_meanwhile()
    {
        _users.Came(1);
        var ids = _users.BeginRead(10);
        _users.SetPrivacy(1, hides: true);
        _users.OnRead(ids, Nobody);
        Assert.Equal([(1, Standing.Hidden)], Changed());
    }

    /// <summary>What was said while it was not here is nowhere but in the table.</summary>
    [Fact]
    public void Who_said_so_in_between_two_sessions_is_read_again()
    {
        _users.Came(1);
        var ids = _users.BeginRead(10);
        _users.Went(1, wasAway: false);
        _users.SetPrivacy(1, hides: true);
        _users.Came(1);
        _users.OnRead(ids, Nobody);
        Assert.Equal([(1, Standing.Gone)], Changed());
        Assert.Equal([1], ids = _users.BeginRead(10));
        _users.OnRead(ids, new HashSet<int> { 1 });
        Assert.Equal([(1, Standing.Hidden)], Changed());
    }

    [Fact]
    public void A_read_that_fails_is_tried_again()
    {
        _users.Came(1);
        _users.Came(2);
        var ids = _users.BeginRead(10);
        _users.Went(2, wasAway: false);
        _users.OnUnread(ids);
        Assert.Equal([1], _users.BeginRead(10));
    }

    [Fact]
    public void Only_so_many_are_read_at_once()
    {
        for (var user = 1; user <= 5; user++)
            _users.Came(user);
        var read = new List<int>();
        foreach (var count in (int[])[3, 2, 0])
        {
            var ids = _users.BeginRead(3);
            Assert.Equal(count, ids.Count);
            _users.OnRead(ids, Nobody);
            read.AddRange(ids);
        }

        Assert.Equal([1, 2, 3, 4, 5], read.Order());
    }

    [Fact]
    public void Everybody_is_read_again_round_and_round()
    {
        for (var user = 1; user <= 5; user++)
            Come(user);
        var first = _users.BeginReread(3);
        _users.OnRead(first, new HashSet<int> { first[0] });
        Assert.Equal([(first[0], Standing.Hidden)], Changed());
        var second = _users.BeginReread(3);
        Assert.Equal([1, 2, 3, 4, 5], first.Concat(second).Order());
        Assert.Equal(3, _users.BeginReread(3).Count);
    }

    void Come(int userId)
    {
        _users.Came(userId);
        _users.OnRead(_users.BeginRead(10), Nobody);
        Changed();
    }

    List<(int, Standing)> Changed() => [.. _users.TakeChanged().Select(user => (user.UserId, user.Standing)).Order()];
}
