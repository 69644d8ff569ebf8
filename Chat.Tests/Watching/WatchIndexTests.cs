using Chat.Node.Watching;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Watching;

/// <summary>Who is told what: the difference, to who watches, not too often.</summary>
public sealed class WatchIndexTests
{
    static readonly ConversationId Group = ConversationId.Group(5);

    readonly WatchIndex<string> _index = new(maxEntries: 10);
    readonly Dictionary<int, PresenceState> _shown = [];

    [Fact]
    public void What_was_told_is_not_told_again()
    {
        _shown[2] = PresenceState.Online;
        var watcher = _index.Set("a", 1, [2, 3], [])!;
        Assert.Equal([(2, PresenceState.Online), (3, PresenceState.Offline)], News(watcher));
        Assert.Empty(News(watcher));
        Show(3, PresenceState.Away);
        Assert.Equal([(3, PresenceState.Away)], News(Due(0)!));
        Assert.Null(Due(0));
    }

    [Fact]
    public void What_has_changed_back_is_no_news()
    {
        var watcher = _index.Set("a", 1, [2], [])!;
        News(watcher);
        Show(2, PresenceState.Online);
        Show(2, PresenceState.Offline);
        Assert.Same(watcher, Due(0));
        Assert.Empty(News(watcher));
    }

    [Fact]
    public void Nobody_is_marked_twice_nor_for_users_of_others()
    {
        var one = _index.Set("a", 1, [2, 3], [])!;
        var two = _index.Set("b", 4, [3], [])!;
        News(one);
        News(two);
        Show(9, PresenceState.Online);
        Assert.Null(Due(0));
        Show(2, PresenceState.Online);
        Show(3, PresenceState.Online);
        Assert.Equal([one, two], new[] { Due(0), Due(0) }.OrderBy(watcher => watcher!.Session));
        Assert.Null(Due(0));
    }

    [Fact]
    public void Who_may_not_see_somebody_sees_it_offline_until_it_may()
    {
        _shown[2] = PresenceState.Online;
        var pair = ConversationId.Direct(1, 2);
        var veiled = _index.Set("a", 1, [2], [pair], new HashSet<int> { 2 })!;
        var other = _index.Set("b", 3, [2], [])!;
        Assert.Equal([(2, PresenceState.Offline)], News(veiled));
        Assert.Equal([(2, PresenceState.Online)], News(other));
        Assert.Empty(_index.WatchersOf(pair));
        Show(2, PresenceState.Away);
        Assert.Same(other, Due(0));
        Assert.Null(Due(0));
        News(other);

        _index.SetVeil(1, 2, isVeiled: false, PresenceState.Away);
        Assert.Equal([(2, PresenceState.Away)], News(Due(0)!));
        Assert.Equal([veiled], _index.WatchersOf(pair));
        _index.SetVeil(1, 2, isVeiled: true, PresenceState.Away);
        Assert.Equal([(2, PresenceState.Offline)], News(Due(0)!));
        Assert.Null(Due(0));
    }

    [Fact]
    public void It_is_known_who_watches_whom()
    {
        _index.Set("a", 1, [2], [ConversationId.Direct(1, 3)]);
        Assert.Equal([true, true, false, false], new[] { (1, 2), (1, 3), (2, 1), (3, 2) }.Select(pair => _index.IsWatchedBy(pair.Item1, pair.Item2)));
        Assert.Equal([1], _index.WatchersOf(2).Select(watcher => watcher.UserId));
    }

    [Fact]
    public void A_watcher_waits_until_its_time_has_come()
    {
        var watcher = _index.Set("a", 1, [2], [])!;
        News(watcher);
        watcher.NextAt = 2000;
        Show(2, PresenceState.Online);
        Assert.Null(Due(1999));
        Assert.Same(watcher, Due(2000));
    }

    [Fact]
    public void What_does_not_fit_comes_with_the_next_news()
    {
        var watcher = _index.Set("a", 1, [2, 3, 4], [])!;
        Assert.Equal([2, 3], News(watcher, max: 2).Select(entry => entry.Item1));
        Assert.Equal([(4, PresenceState.Offline)], News(Due(0)!, max: 2));
        Assert.Null(Due(0));
    }

    [Fact]
    public void A_new_list_replaces_the_old_one_and_its_pace_stays()
    {
        var old = _index.Set("a", 1, [2], [Group])!;
        News(old);
        old.NextAt = 2000;
        Show(2, PresenceState.Online);
        var watcher = _index.Set("a", 1, [3], [])!;
        Assert.Equal(2000, watcher.NextAt);
        News(watcher);
        Assert.Null(Due(5000)); // the old one was marked
        Show(2, PresenceState.Away);
        Assert.Null(Due(5000));
        Assert.Empty(_index.WatchersOf(Group));
        Assert.Equal((1, 1), (_index.Count, _index.Entries));
    }

    [Fact]
    public void A_conversation_is_no_user_with_the_same_number()
    {
        var watcher = _index.Set("a", 1, [], [Group, ConversationId.Direct(1, 5)])!;
        _index.Set("b", 2, [5], []);
        Assert.Same(watcher, Assert.Single(_index.WatchersOf(Group)));
        Assert.Same(watcher, Assert.Single(_index.WatchersOf(ConversationId.Direct(1, 5))));
        Assert.Empty(_index.WatchersOf(ConversationId.Direct(5, 5)));
        Assert.Empty(News(watcher));
    }

    [Fact]
    public void More_than_the_bound_is_refused_and_what_was_there_stays()
    {
        Assert.NotNull(_index.Set("a", 1, [1, 2, 3, 4, 5, 6], [Group]));
        Assert.Null(_index.Set("b", 2, [1, 2, 3, 4], []));
        Assert.NotNull(_index.Set("b", 2, [1, 2, 3], []));
        Assert.Null(_index.Set("b", 2, [1, 2, 3, 4], []));
        Assert.NotNull(_index.Set("a", 1, [1, 2, 3, 4, 5, 6, 7], []));
        Assert.Equal(10, _index.Entries);
        Show(3, PresenceState.Online);
        Assert.NotNull(Due(0));
        Assert.NotNull(Due(0));
    }

    [Fact]
    public void Who_leaves_leaves_nothing_wherever_it_stands_in_the_lists()
    {
        foreach (var last in (string[])["a", "b", "c"])
        {
            foreach (var session in (string[])["a", "b", "c"])
                News(_index.Set(session, 1, [2], [Group])!);
            Assert.True(_index.Remove(last));
            Assert.False(_index.Remove(last));
            string[] left = [.. new[] { "a", "b", "c" }.Where(session => session != last)];
            Assert.Equal(left, _index.WatchersOf(Group).Select(watcher => watcher.Session).Order());
            Show(2, _shown.GetValueOrDefault(2) == PresenceState.Online ? PresenceState.Away : PresenceState.Online);
            Assert.Equal(left, new[] { Due(0)!.Session, Due(0)!.Session }.Order());
            Assert.All(left, session => Assert.True(_index.Remove(session)));
            Assert.Equal((0, 0), (_index.Count, _index.Entries));
        }
    }

    /// <summary>Against a table that is gone through.</summary>
    [Fact]
    public void After_many_changes_everybody_is_told_what_is_so()
    {
        var random = new Random(7);
        var index = new WatchIndex<int>(maxEntries: 4000);
        var told = new Dictionary<int, Dictionary<int, PresenceState>>();
        for (var step = 0; step < 20_000; step++)
        {
            var session = random.Next(60);
            switch (random.Next(10))
            {
                case 0:
                    index.Remove(session);
                    told.Remove(session);
                    break;
                case < 3:
                    var users = Enumerable.Range(0, random.Next(40)).Select(_ => random.Next(1, 80)).Distinct().ToList();
                    var watcher = index.Set(session, 1000 + session, users, [])!;
                    told[session] = index.TakeNews(watcher, Entry, int.MaxValue).ToDictionary(entry => entry.UserId, entry => entry.State);
                    Assert.Equal(users.Order(), told[session].Keys.Order());
                    break;
                case < 9:
                    var user = random.Next(1, 80);
                    _shown[user] = (PresenceState)random.Next(3);
                    index.Mark(user, _shown[user]);
                    break;
                default:
                    while (index.TryTakeDue(step, out var due))
                    {
                        foreach (var entry in index.TakeNews(due, Entry, int.MaxValue))
                            told[due.Session][entry.UserId] = entry.State;
                    }

                    Assert.All(told.Values, list => Assert.All(list, entry => Assert.Equal(Entry(entry.Key).State, entry.Value)));
                    Assert.Equal(told.Values.Sum(list => list.Count), index.Entries);
                    break;
            }
        }
    }

    PresenceEntry Entry(int userId) => new(userId, _shown.GetValueOrDefault(userId));

    void Show(int userId, PresenceState state)
    {
        _shown[userId] = state;
        _index.Mark(userId, state);
    }

    WatchingSession<string>? Due(long now) => _index.TryTakeDue(now, out var watcher) ? watcher : null;

    List<(int, PresenceState)> News(WatchingSession<string> watcher, int max = 100) =>
        [.. _index.TakeNews(watcher, Entry, max).Select(entry => (entry.UserId, entry.State))];
}
