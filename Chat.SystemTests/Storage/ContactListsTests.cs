using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Protocol;
using Chat.Tests.Storage;
using Xunit;

namespace Chat.SystemTests.Storage;

public abstract class ContactListsTests : StorageTest
{
    const int Users = 400;
    readonly ContactLists _lists;

    private protected ContactListsTests(StorageProvider provider)
        : base(provider) => _lists = new ContactLists(Database.Chat);

    public sealed class OnSqlite() : ContactListsTests(StorageProvider.Sqlite);

    public sealed class OnMariaDb() : ContactListsTests(StorageProvider.MySql);

    [Fact]
    public async Task A_login_reads_a_share_of_every_group_and_small_groups_whole()
    {
        await FillAsync(groups: [300, 2, 200, 10]);

        var (_, groups) = await _lists.OfUserAsync(1, max: 100);

        Assert.Equal([1, 2, 3, 4], groups.Select(group => group.Id));
        Assert.Equal([true, false, true, false], groups.Select(group => group.IsTruncated));
        Assert.Equal([2, 10], [groups[1].Members.Count, groups[3].Members.Count]);
        Assert.All([groups[0], groups[2]], group => Assert.Equal(Enumerable.Range(1, 44), group.Members.Select(member => member.Id)));
    }

    [Fact]
    public async Task What_fits_is_read_whole()
    {
        await FillAsync(groups: [60, 1, 39]);
        var (_, groups) = await _lists.OfUserAsync(1, max: 100);
        Assert.All(groups, group => Assert.False(group.IsTruncated));
        Assert.Equal([60, 1, 39], groups.Select(group => group.Members.Count));
    }

    [Fact]
    public async Task A_login_reads_no_more_groups_and_friends_than_it_may()
    {
        await FillAsync([.. Enumerable.Repeat(2, 30)]);
        await Database.ExecuteAsync("INSERT INTO Friends (userid, friendid) SELECT 1, id FROM Users WHERE id > 1");
        var (friends, groups) = await _lists.OfUserAsync(1, max: 20);
        Assert.Equal(Enumerable.Range(1, 20), groups.Select(group => group.Id));
        Assert.Equal(Enumerable.Range(2, 20), friends.Select(friend => friend.Id));
    }

    [Fact]
    public async Task Who_has_blocked_or_is_blocked_is_offline_in_groups_too_and_nobody_else_is()
    {
        await FillAsync(groups: [5]);
        await Database.ExecuteAsync("UPDATE Users SET state = 'online'");
        await Database.ExecuteAsync("INSERT INTO Contact (userid, other, state, blocked, rev) VALUES (1, 2, 0, 1, 1), (3, 1, 0, 1, 1), (1, 4, 0, 0, 2), (2, 3, 0, 1, 1)");
        bool[] expected = [true, false, false, true, true];
        Assert.Equal(expected, (await _lists.MembersAsync(1, userId: 1, after: 0, limit: 10)).Entries.Select(member => member.IsOnline));
        Assert.Equal(expected, (await _lists.OfUserAsync(1)).Groups[0].Members.Select(member => member.IsOnline));
        Assert.Equal([false, true, false, true, true], (await _lists.MembersAsync(1, userId: 2, after: 0, limit: 10)).Entries.Select(member => member.IsOnline));
    }

    [Fact]
    public async Task Members_come_page_by_page_each_once()
    {
        await FillAsync(groups: [250]);
        var seen = new List<int>();
        ListPage<MemberEntry> page;
        do
        {
            page = await _lists.MembersAsync(1, userId: 7, seen.LastOrDefault(), limit: 100);
            seen.AddRange(page.Entries.Select(member => member.Id));
        }
        while (page.HasMore);

        Assert.Equal(Enumerable.Range(1, 250), seen);
        Assert.Equal(50, page.Entries.Count);
        Assert.Equal(new MemberEntry(7, "user7", "normal", true), (await _lists.MembersAsync(1, userId: 7, after: 6, limit: 1)).Entries[0]);
    }

    [Fact]
    public async Task Groups_and_friends_come_page_by_page_with_counts()
    {
        await FillAsync(groups: [30, 2, 5]);
        await Database.ExecuteAsync("INSERT INTO Friends (userid, friendid) SELECT 1, id FROM Users WHERE id IN (2, 9, 30)");

        var page = await _lists.GroupsAsync(1, after: 1, limit: 1);
        Assert.Equal([new GroupSummary(2, "g2", "d2", "normal", 2)], page.Entries);
        Assert.True(page.HasMore);
        Assert.Equal([(2, 2), (3, 5)], (await _lists.GroupsAsync(1, after: 1, limit: 2)).Entries.Select(group => (group.Id, group.Members)));
        Assert.False((await _lists.GroupsAsync(1, after: 1, limit: 2)).HasMore);
        Assert.Empty((await _lists.GroupsAsync(1, after: 3, limit: 2)).Entries);

        var friends = await _lists.FriendsAsync(1, after: 2, limit: 1);
        Assert.Equal(9, Assert.Single(friends.Entries).Id);
        Assert.True(friends.HasMore);
    }

    /// <summary>Users 1 to 400, and groups in which the first so many of them are.</summary>
    async Task FillAsync(int[] groups)
    {
        await Database.ExecuteAsync("INSERT INTO Users (id, name, password) VALUES (@id, @name, '')", Enumerable.Range(1, Users).Select(id => new { id, name = $"user{id}" }));
        await Database.ExecuteAsync("UPDATE Users SET ours = 1");
        for (var i = 1; i <= groups.Length; i++)
        {
            await Database.ExecuteAsync("INSERT INTO AllGroup (id, groupname, groupdesc) VALUES (@id, @name, @text)", new { id = i, name = $"g{i}", text = $"d{i}" });
            await Database.ExecuteAsync("INSERT INTO GroupUser (groupid, userid) SELECT @id, id FROM Users WHERE id <= @most", new { id = i, most = groups[i - 1] });
        }
    }

}
