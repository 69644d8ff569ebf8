using Chat.Node.Contracts;
using Chat.Node.Watching;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Watching;

/// <summary>How users are shown, from what the nodes say.</summary>
public sealed class PresenceBookTests
{
    const int User = 7;
    const long Wall = 1795410443660;
    const long Grace = PresenceBook.GraceMilliseconds;

    readonly PresenceBook _book = new();
    readonly PresenceSource _one;
    readonly PresenceSource _two;

    public PresenceBookTests() => (_one, _two) = (_book.Open(), _book.Open());

    [Theory]
    [InlineData(nameof(Standing.Gone), nameof(Standing.Gone), PresenceState.Offline)]
    [InlineData(nameof(Standing.Online), nameof(Standing.Gone), PresenceState.Online)]
    [InlineData(nameof(Standing.Away), nameof(Standing.Gone), PresenceState.Away)]
    [InlineData(nameof(Standing.Away), nameof(Standing.Online), PresenceState.Online)]
    [InlineData(nameof(Standing.Away), nameof(Standing.Away), PresenceState.Away)]
    [InlineData(nameof(Standing.Online), nameof(Standing.Hidden), PresenceState.Offline)]
    [InlineData(nameof(Standing.Hidden), nameof(Standing.Gone), PresenceState.Offline)]
    public void A_user_is_shown_as_the_nodes_say_together(string first, string second, PresenceState shown)
    {
        var (one, two) = (Enum.Parse<Standing>(first), Enum.Parse<Standing>(second));
        Set(_one, one);
        Set(_two, two);
        Assert.Equal(shown, _book.Shown(User));
        Set(_one, Standing.Gone);
        Set(_two, Standing.Gone);
        Set(_one, two);
        Set(_two, one);
        Assert.Equal(shown, _book.Shown(User));
    }

    [Fact]
    public void Who_leaves_is_shown_as_before_for_a_while_and_then_with_the_time_of_leaving()
    {
        Set(_one, Standing.Away);
        Assert.Equal([User], _book.TakeChanged());
        Set(_one, Standing.Gone, now: 1000);
        _book.Expire(1000 + Grace - 1);
        Assert.Equal(new PresenceEntry(User, PresenceState.Away), _book.EntryOf(User));
        Assert.Empty(_book.TakeChanged());
        _book.Expire(1000 + Grace);
        Assert.Equal(new PresenceEntry(User, PresenceState.Offline, Wall), _book.EntryOf(User));
        Assert.Equal([User], _book.TakeChanged());
    }

    [Fact]
    public void Who_comes_back_in_time_has_never_been_away()
    {
        Set(_one, Standing.Online);
        _book.TakeChanged();
        Set(_one, Standing.Gone, now: 0);
        Set(_two, Standing.Online, now: 5000);
        _book.Expire(Grace);
        _book.Expire(10 * Grace);
        Assert.Equal(PresenceState.Online, _book.Shown(User));
        Assert.Empty(_book.TakeChanged());
    }

    /// <summary>The time of the first leave is over, that of the second is not.</summary>
    [Fact]
    public void Each_leave_has_its_own_time()
    {
        Set(_one, Standing.Online);
        Set(_one, Standing.Gone, now: 0);
        Set(_one, Standing.Online, now: 5000);
        Set(_one, Standing.Gone, now: 10_000);
        _book.Expire(Grace + 9_999);
        Assert.Equal(PresenceState.Online, _book.Shown(User));
        _book.Expire(Grace + 10_000);
        Assert.Equal(PresenceState.Offline, _book.Shown(User));
    }

    [Fact]
    public void Who_hides_is_offline_at_once_and_without_a_time()
    {
        Set(_one, Standing.Online);
        Set(_one, Standing.Gone);
        Set(_one, Standing.Online);
        _book.TakeChanged();
        Set(_two, Standing.Hidden);
        Assert.Equal(new PresenceEntry(User, PresenceState.Offline), _book.EntryOf(User));
        Assert.Equal([User], _book.TakeChanged());
        Set(_one, Standing.Gone);
        Set(_two, Standing.Gone);
        Assert.Equal(new PresenceEntry(User, PresenceState.Offline), _book.EntryOf(User));
        _book.Expire(10 * Grace);
        Assert.Empty(_book.TakeChanged());
    }

    [Fact]
    public void Who_hides_while_leaving_is_offline_at_once()
    {
        Set(_one, Standing.Online);
        Set(_one, Standing.Gone);
        _book.TakeChanged();
        _book.OnSaid(User, hides: true, now: 0);
        Assert.Equal(new PresenceEntry(User, PresenceState.Offline), _book.EntryOf(User));
        Assert.Equal([User], _book.TakeChanged());
    }

    [Fact]
    public void Who_says_that_it_hides_is_offline_before_its_node_says_so_and_shown_again_when_it_says_so()
    {
        Set(_one, Standing.Online);
        _book.TakeChanged();
        _book.OnSaid(User, hides: true, now: 0);
        Set(_two, Standing.Online); // an older word
        Assert.Equal((PresenceState.Offline, 1), (_book.Shown(User), _book.TakeChanged().Length));
        _book.OnSaid(User, hides: false, now: 0);
        Assert.Equal((PresenceState.Online, 1), (_book.Shown(User), _book.TakeChanged().Length));
    }

    [Fact]
    public void After_a_while_only_what_the_nodes_say_counts_again()
    {
        Set(_one, Standing.Online);
        _book.OnSaid(User, hides: true, now: 0);
        _book.Expire(PresenceBook.SaidMilliseconds - 1);
        Assert.Equal(PresenceState.Offline, _book.Shown(User));
        Set(_one, Standing.Hidden);
        _book.TakeChanged();
        _book.Expire(PresenceBook.SaidMilliseconds);
        Assert.Equal((PresenceState.Offline, 0), (_book.Shown(User), _book.TakeChanged().Length));
        Set(_one, Standing.Online); // the word that it hides no longer was lost
        Assert.Equal((PresenceState.Online, 1), (_book.Shown(User), _book.TakeChanged().Length));
    }

    [Fact]
    public void A_node_that_is_gone_takes_its_users_with_it_unless_another_one_has_them()
    {
        foreach (var user in (int[])[1, 2, 3])
            _book.Set(_one, user, Standing.Online, 0, Wall);
        _book.Set(_two, 2, Standing.Online, 0, Wall);
        _book.Set(_two, 3, Standing.Away, 0, Wall);
        _book.TakeChanged();
        _book.Close(_one, 0, Wall);
        Assert.Equal([3], _book.TakeChanged());
        Assert.Equal([PresenceState.Online, PresenceState.Online, PresenceState.Away], ((int[])[1, 2, 3]).Select(_book.Shown));
        _book.Expire(Grace);
        Assert.Equal([1], _book.TakeChanged());
        Assert.Equal([PresenceState.Offline, PresenceState.Online, PresenceState.Away], ((int[])[1, 2, 3]).Select(_book.Shown));
    }

    [Fact]
    public void A_node_that_tells_everything_says_who_is_gone_too()
    {
        foreach (var user in (int[])[1, 2])
            _book.Set(_one, user, Standing.Online, 0, Wall);
        _book.Replace(_one, new Dictionary<int, Standing> { [2] = Standing.Away, [3] = Standing.Online }, 0, Wall);
        Assert.Equal([PresenceState.Online, PresenceState.Away, PresenceState.Online], ((int[])[1, 2, 3]).Select(_book.Shown)); // 1 is leaving
        _book.Expire(Grace);
        Assert.Equal([PresenceState.Offline, PresenceState.Away, PresenceState.Online], ((int[])[1, 2, 3]).Select(_book.Shown));
    }

    [Fact]
    public void Old_times_are_forgotten()
    {
        for (var user = 1; user <= PresenceBook.MaxSeen + 1; user++)
        {
            _book.Set(_one, user, Standing.Online, 0, Wall);
            _book.Set(_one, user, Standing.Gone, 0, Wall + user);
        }

        _book.Expire(Grace);
        Assert.Equal(0, _book.EntryOf(1).Seen);
        Assert.Equal(Wall + 2, _book.EntryOf(2).Seen);
    }

    void Set(PresenceSource source, Standing standing, long now = 0) => _book.Set(source, User, standing, now, Wall);
}
