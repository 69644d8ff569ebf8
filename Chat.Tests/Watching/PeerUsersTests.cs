using Chat.Node.Contracts;
using Chat.Node.Watching;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Watching;

/// <summary>What one node tells another: nothing is missed without being noticed.</summary>
public sealed class PeerUsersTests
{
    readonly PresenceBook _book = new();
    readonly PeerUsers _peer;
    readonly NewsLog _log = new(99);
    readonly Dictionary<int, Standing> _there = [];

    public PeerUsersTests() => _peer = new PeerUsers(_book, 0);

    [Fact]
    public void News_of_a_node_that_has_not_told_everything_yet_is_asked_for()
    {
        Assert.False(Take(Change(1, Standing.Online)));
        Assert.False(_peer.IsComplete);
        Assert.Equal(PresenceState.Offline, _book.Shown(1));
        TakeAll();
        Assert.True(_peer.IsComplete);
        Assert.Equal(PresenceState.Online, _book.Shown(1));
        Assert.True(Take(Change(2, Standing.Online)));
        Assert.Equal(PresenceState.Online, _book.Shown(2));
    }

    [Fact]
    public void A_lost_frame_is_noticed_by_the_next_one_and_by_the_number_alone()
    {
        TakeAll();
        Change(1, Standing.Online);
        Assert.False(Take(Change(2, Standing.Online)));
        Assert.Equal(PresenceState.Offline, _book.Shown(2));
        TakeAll();
        Assert.Equal((PresenceState.Online, PresenceState.Online), (_book.Shown(1), _book.Shown(2)));
        Change(3, Standing.Online);
        Assert.False(Take(_log.Write([])));
        Assert.False(_peer.IsComplete);
        TakeAll();
        Assert.True(Take(_log.Write([])));
        Assert.Equal(PresenceState.Online, _book.Shown(3));
    }

    [Fact]
    public void What_is_known_stays_until_everything_is_told_again()
    {
        TakeAll();
        Take(Change(1, Standing.Online));
        Change(2, Standing.Online);
        Take(Change(3, Standing.Online));
        Assert.False(_peer.IsComplete);
        Assert.Equal(PresenceState.Online, _book.Shown(1));
    }

    [Fact]
    public void A_frame_that_comes_twice_or_late_changes_nothing()
    {
        TakeAll();
        var early = Change(1, Standing.Online);
        var late = Change(1, Standing.Away);
        Assert.True(Take(early));
        Assert.True(Take(late));
        Assert.True(Take(early));
        Assert.Equal(PresenceState.Away, _book.Shown(1));
        Assert.True(_peer.IsComplete);
    }

    [Fact]
    public void Many_users_come_in_parts_and_count_when_all_are_there()
    {
        for (var user = 1; user <= NewsLog.MaxUsers + 1; user++)
            _there[user] = Standing.Online;
        var parts = _log.WriteAll(_there);
        Assert.Equal(2, parts.Count);
        Assert.False(_peer.Take(parts[0], 0, 0));
        Assert.Equal(PresenceState.Offline, _book.Shown(1));
        Assert.True(_peer.Take(parts[1], 0, 0));
        Assert.All((int[])[1, NewsLog.MaxUsers + 1], user => Assert.Equal(PresenceState.Online, _book.Shown(user)));
        Assert.Equal(NewsLog.MaxUsers + 1, _peer.Count);
    }

    [Fact]
    public void A_part_that_is_missing_makes_all_of_them_void()
    {
        for (var user = 1; user <= 2 * NewsLog.MaxUsers + 1; user++)
            _there[user] = Standing.Online;
        var parts = _log.WriteAll(_there);
        _peer.Take(parts[0], 0, 0);
        Assert.False(_peer.Take(parts[2], 0, 0));
        Assert.False(_peer.Take(parts[1], 0, 0));
        Assert.False(_peer.Take(parts[2], 0, 0));
        Assert.Equal(0, _peer.Count);
        Assert.Equal([false, false, true], parts.Select(part => _peer.Take(part, 0, 0)));
    }

    [Fact]
    public void Another_start_of_the_node_begins_anew()
    {
        Change(1, Standing.Online);
        TakeAll();
        var restarted = new NewsLog(100);
        Assert.False(_peer.Take(restarted.Write([])[0], 0, 0));
        Assert.False(_peer.IsComplete);
        Assert.Equal(PresenceState.Online, _book.Shown(1));
        Assert.True(_peer.Take(restarted.WriteAll(new Dictionary<int, Standing>())[0], 0, 0));
        _book.Expire(PresenceBook.GraceMilliseconds);
        Assert.Equal(PresenceState.Offline, _book.Shown(1));
    }

    [Fact]
    public void Many_changes_are_several_frames_with_numbers_that_follow()
    {
        var users = Enumerable.Range(1, 2 * NewsLog.MaxUsers + 5).Select(user => new UserStanding(user, Standing.Online)).ToList();
        var frames = _log.Write(users);
        Assert.Equal([(1L, NewsLog.MaxUsers), (2L, NewsLog.MaxUsers), (3L, 5)], frames.Select(frame => (frame.Number, frame.Users.Count)));
        Assert.Equal((3L, 0), _log.Write([]).Select(frame => (frame.Number, frame.Users.Count)).Single());
        Assert.Equal(3, _log.WriteAll(_there).Single().Number);
    }

    List<PresenceNews> Change(int userId, Standing standing)
    {
        _there[userId] = standing;
        return _log.Write([new UserStanding(userId, standing)]);
    }

    bool Take(List<PresenceNews> frames) => frames.All(frame => _peer.Take(frame, 0, 0));

    void TakeAll() => Assert.True(_log.WriteAll(_there).Select(part => _peer.Take(part, 0, 0)).Last());
}
