using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Protocol;
using Chat.Tests.Storage;
using Chat.Tests.Support;
using Xunit;

namespace Chat.SystemTests.Storage;

public abstract class ContactStoreTests : StorageTest
{
    readonly Accounts _accounts;
    readonly ContactStore _contacts;
    readonly ContactLists _lists;

    private protected ContactStoreTests(StorageProvider provider)
        : base(provider) => (_accounts, _contacts, _lists) = (new Accounts(Database.Chat), new ContactStore(Database.Chat), new ContactLists(Database.Chat));

    public sealed class OnSqlite() : ContactStoreTests(StorageProvider.Sqlite);

    public sealed class OnMariaDb() : ContactStoreTests(StorageProvider.MySql);

    [Fact]
    public async Task A_friendship_is_one_row_in_one_direction_however_often_it_is_made()
    {
        await RegisterAsync(2);
        Assert.True(await _contacts.AddFriendAsync(1, 2));
        Assert.True(await _contacts.AddFriendAsync(1, 2));
        Assert.Equal(new FriendEntry(2, "user2", false), Assert.Single((await _lists.OfUserAsync(1)).Friends));
        Assert.Empty((await _lists.OfUserAsync(2)).Friends);
    }

    [Fact]
    public async Task Nobody_cannot_be_a_friend()
    {
        await RegisterAsync(1);
        Assert.False(await _contacts.AddFriendAsync(1, 99));
        Assert.Equal(0, await Database.ScalarAsync<int>("SELECT COUNT(*) FROM Friends"));
    }

    [Fact]
    public async Task A_new_group_has_its_creator_in_it()
    {
        await RegisterAsync(1);
        Assert.Equal(1, await _contacts.CreateGroupAsync(1, "g1", "first group"));
        var group = Assert.Single((await _lists.OfUserAsync(1)).Groups);
        Assert.Equal((1, "g1", "first group"), (group.Id, group.Name, group.Description));
        Assert.Equal(new MemberEntry(1, "user1", "creator", true), Assert.Single(group.Members));
    }

    [Fact]
    public async Task A_taken_group_name_leaves_nothing_behind()
    {
        await RegisterAsync(2);
        await _contacts.CreateGroupAsync(1, "g1", "");
        Assert.Null(await _contacts.CreateGroupAsync(2, "G1", ""));
        Assert.Equal(1, await Database.ScalarAsync<int>("SELECT COUNT(*) FROM GroupUser"));
    }

    [Fact]
    public async Task Joining_twice_is_joining_once_and_the_creator_stays_creator()
    {
        await RegisterAsync(2);
        await _contacts.CreateGroupAsync(1, "g1", "");
        Assert.True(await Database.Chat.JoinGroupAsync(2, 1));
        Assert.True(await Database.Chat.JoinGroupAsync(2, 1));
        Assert.True(await Database.Chat.JoinGroupAsync(1, 1));
        Assert.False(await Database.Chat.JoinGroupAsync(1, 99));

        var members = Assert.Single((await _lists.OfUserAsync(2)).Groups).Members;
        Assert.Equal([new MemberEntry(1, "user1", "creator", false), new MemberEntry(2, "user2", "normal", true)], members);
        Assert.True(await _contacts.IsMemberAsync(2, 1));
        Assert.False(await _contacts.IsMemberAsync(3, 1));
    }

    [Fact]
    public async Task The_state_of_others_is_what_is_stored_and_ones_own_is_online()
    {
        await RegisterAsync(3);
        await _contacts.AddFriendAsync(1, 2);
        await _contacts.AddFriendAsync(1, 3);
        await _contacts.AddFriendAsync(1, 1);
        await _contacts.CreateGroupAsync(2, "g1", "");
        await Database.Chat.JoinGroupAsync(1, 1);
        await Database.ExecuteAsync("UPDATE Users SET state = 'online' WHERE id = 2");

        var (friends, groups) = await _lists.OfUserAsync(1);

        Assert.Equal([(1, false), (2, true), (3, false)], friends.Select(friend => (friend.Id, friend.IsOnline)));
        Assert.Equal([(1, true), (2, true)], groups[0].Members.Select(member => (member.Id, member.IsOnline)));
    }

    [Fact]
    public async Task Members_of_several_groups_come_together_and_missing_groups_are_missing()
    {
        await RegisterAsync(2);
        await _contacts.CreateGroupAsync(1, "g1", "");
        await _contacts.CreateGroupAsync(2, "g2", "");
        await Database.Chat.JoinGroupAsync(2, 1);
        await Database.ExecuteAsync("INSERT INTO AllGroup (groupname) VALUES ('empty')");

        var members = await _contacts.MembersAsync([1, 2, 3, 99]);

        Assert.Equal([1, 2, 3], members.Keys.Order());
        Assert.Equal([1, 2], members[1].Order());
        Assert.Equal([2], members[2]);
        Assert.Empty(members[3]);
    }

    async Task RegisterAsync(int count)
    {
        for (var i = 1; i <= count; i++)
            await _accounts.RegisterAsync($"user{i}", "");
    }
}
