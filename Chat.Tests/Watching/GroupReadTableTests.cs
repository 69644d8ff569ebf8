using Chat.Node.Contracts;
using Chat.Node.Watching;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Watching;

/// <summary>Who has read groups further, and when that is told.</summary>
public sealed class GroupReadTableTests
{
    static readonly ConversationId Team = ConversationId.Group(5);

    readonly GroupReadTable _table = new();

    [Fact]
    public void What_happens_within_two_seconds_is_told_as_one_and_the_highest_counts()
    {
        _table.Add(new GroupReader(Team, 1, 7));
        Assert.Equal([(1, 7L)], Told(0));
        _table.Add(new GroupReader(Team, 1, 9));
        _table.Add(new GroupReader(Team, 1, 8));
        _table.Add(new GroupReader(Team, 2, 3));
        Assert.Empty(Told(GroupReadTable.IntervalMilliseconds - 1));
        Assert.Equal([(1, 9L), (2, 3L)], Told(GroupReadTable.IntervalMilliseconds));
        Assert.Empty(Told(10 * GroupReadTable.IntervalMilliseconds));
        _table.Add(new GroupReader(Team, 2, 4));
        Assert.Equal([(2, 4L)], Told(10 * GroupReadTable.IntervalMilliseconds)); // forgotten meanwhile: at once
    }

    [Fact]
    public void Other_nodes_hear_of_each_member_once_and_of_no_more_than_fit()
    {
        Assert.Null(_table.TakeNews());
        for (var user = 1; user <= GroupReadTable.MaxNews + 1; user++)
            _table.AddNews(new GroupReader(Team, user, 1));
        _table.AddNews(new GroupReader(Team, 1, 5));
        _table.AddNews(new GroupReader(Team, 1, 4));
        var news = _table.TakeNews()!.Readers;
        Assert.Equal(GroupReadTable.MaxNews, news.Count);
        Assert.Equal(5, news.Single(reader => reader.UserId == 1).Read);
        Assert.Null(_table.TakeNews());
    }

    [Fact]
    public void Nothing_grows_without_a_bound()
    {
        for (var user = 1; user <= GroupReadTable.MaxReaders + 1; user++)
            _table.Add(new GroupReader(Team, user, 1));
        for (var group = 10; group < GroupReadTable.MaxGroups + 20; group++)
            _table.Add(new GroupReader(ConversationId.Group(group), 1, 1));
        var due = _table.TakeDue(0);
        Assert.Equal(GroupReadTable.MaxGroups, due.Count);
        Assert.Equal(GroupReadTable.MaxReaders, due.Max(each => each.Readers.Count));
    }

    List<(int, long)> Told(long now) => [.. _table.TakeDue(now).SelectMany(due => due.Readers).OrderBy(reader => reader.Key).Select(reader => (reader.Key, reader.Value))];
}
