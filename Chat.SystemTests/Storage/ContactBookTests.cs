using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Protocol;
using Chat.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Chat.SystemTests.Storage;

/// <summary>Whom users know and block, on both kinds of database.</summary>
public abstract class ContactBookTests : StorageTest
{
    const int Alice = 1;
    const int Bob = 2;
    const int Carol = 3;

    readonly ContactBook _book;
    readonly ContactStore _friends;

    private protected ContactBookTests(StorageProvider provider)
        : base(provider) =>
        (_book, _friends) = (new ContactBook(Database.Chat), new ContactStore(Database.Chat));

    public sealed class OnSqlite() : ContactBookTests(StorageProvider.Sqlite);

    public sealed class OnMariaDb() : ContactBookTests(StorageProvider.MySql);

    [Fact]
    public async Task A_request_and_its_answer_change_both_lists_and_the_friends()
    {
        await RegisterAsync();
        var asked = await _book.ChangeAsync(Alice, new ChangeContactRequest(Bob, ContactAction.Request) { Alias = "Böb 😀", Note = "it's 你" });
        Assert.Equal((1, true, false), (asked.Rev, asked.IsChanged, asked.IsBlockChanged));
        Assert.Equal(new ContactChangedPush(new UserContact(Alice, ContactState.Asks) { Note = "it's 你" }, 1), asked.Theirs);
        var again = await DoAsync(Alice, Bob, ContactAction.Request);
        Assert.Equal((1, false, null), (again.Rev, again.IsChanged, again.Theirs));
        Assert.Equal([new UserContact(Bob, ContactState.Asked) { Alias = "Böb 😀" }], await ListAsync(Alice));

        var accepted = await DoAsync(Bob, Alice, ContactAction.Accept);
        Assert.Equal((2, new ContactChangedPush(new UserContact(Bob, ContactState.Contact) { Alias = "Böb 😀" }, 2)), (accepted.Rev, accepted.Theirs));
        Assert.Equal([Bob], await FriendsAsync(Alice));
        Assert.Equal([Alice], await FriendsAsync(Bob));
        Assert.Equal(ErrorCode.None, (await DoAsync(Bob, Alice, ContactAction.Accept)).Verdict.Error);
        Assert.Equal(ErrorCode.NotFound, (await DoAsync(Bob, Carol, ContactAction.Accept)).Verdict.Error);

        Assert.True((await DoAsync(Alice, Bob, ContactAction.Remove)).IsChanged);
        Assert.Empty(await FriendsAsync(Alice));
        Assert.Equal([Alice], await FriendsAsync(Bob));
        Assert.Empty(await ListAsync(Alice));
        var changes = await _book.ListAsync(Alice, since: 2, 500, onlyBlocked: false);
        Assert.Equal((3, new UserContact(Bob, ContactState.None)), (changes.Rev, Assert.Single(changes.Contacts).Contact));
        Assert.Empty((await _book.ListAsync(Alice, since: 3, 500, onlyBlocked: false)).Contacts);
    }

    [Fact]
    public async Task Friends_of_other_servers_are_contacts_and_those_they_have_removed_are_none()
    {
        await RegisterAsync();
        await _friends.AddFriendAsync(Alice, Bob);
        await Database.ExecuteAsync($"INSERT INTO Friends (userid, friendid) VALUES ({Alice}, 99)"); // nobody
        Assert.Equal([new UserContact(Bob, ContactState.Contact)], await ListAsync(Alice));
        await DoAsync(Alice, Bob, ContactAction.Block);
        await _friends.AddFriendAsync(Alice, Carol);
        var added = await _book.ListAsync(Alice, since: 2, 500, onlyBlocked: false);
        Assert.Equal((3, new UserContact(Carol, ContactState.Contact)), (added.Rev, Assert.Single(added.Contacts).Contact));
        await Database.ExecuteAsync($"DELETE FROM Friends WHERE userid = {Alice} AND friendid = {Bob}");
        Assert.Equal([new UserContact(Carol, ContactState.Contact), new UserContact(Bob, ContactState.None) { IsBlocked = true }], await ListAsync(Alice));
        Assert.Equal(4, (await _book.ListAsync(Alice, 4, 500, onlyBlocked: false)).Rev);
    }

    [Fact]
    public async Task Blocks_are_listed_and_known_of_many_pairs()
    {
        await RegisterAsync();
        Assert.True((await DoAsync(Alice, Bob, ContactAction.Block)).IsBlockChanged);
        Assert.False((await DoAsync(Alice, Bob, ContactAction.Block)).IsBlockChanged);
        await DoAsync(Carol, Alice, ContactAction.Block);
        Assert.Equal([new UserPair(Alice, Bob)], await _book.BlocksAmongAsync([new(Alice, Bob), new(Alice, Carol), new(Bob, Carol), new(Bob, Alice)]));
        Assert.Equal([new UserPair(Carol, Alice)], await _book.BlocksAmongAsync([new(Carol, Alice)]));
        Assert.Equal([new UserContact(Bob, ContactState.None) { IsBlocked = true }], await ListAsync(Alice, onlyBlocked: true));
        Assert.Empty(await ListAsync(Bob, onlyBlocked: true));
        Assert.True((await DoAsync(Alice, Bob, ContactAction.Unblock)).IsBlockChanged);
        Assert.Equal([new UserPair(Carol, Alice)], await _book.BlocksAmongAsync([new(Alice, Bob), new(Carol, Alice)]));
        Assert.Empty(await ListAsync(Alice));
    }

    [Fact]
    public async Task Of_users_who_block_each_other_neither_learns_how_far_the_other_reads()
    {
        await RegisterAsync();
        var pair = ConversationId.Direct(Alice, Bob);
        await new MessageLogStore(Database.Chat, new NodeIdentity("here:4053", 5_000)).AppendAsync([.. Enumerable.Range(1, 4).Select(seq => new LogRow(pair, seq, Alice, $"c{seq}", 1, "{}"u8.ToArray()))]);
        var marks = new DeliveryMarks(Database.Chat, Database.Clock, NullLogger<DeliveryMarks>.Instance);
        Assert.NotNull((await marks.RaiseAsync([new DeliveryMark(Bob, pair, 0, 1, 1)]))[0].Receipt);
        await DoAsync(Bob, Alice, ContactAction.Block);
        var verdict = (await marks.RaiseAsync([new DeliveryMark(Bob, pair, 0, 2, 2)]))[0];
        Assert.Equal((MarkOutcome.Stored, null), (verdict.Outcome, verdict.Receipt));
        Assert.Null((await marks.RaiseAsync([new DeliveryMark(Alice, pair, 0, 3, 3)]))[0].Receipt);
        await DoAsync(Bob, Alice, ContactAction.Unblock);
        Assert.NotNull((await marks.RaiseAsync([new DeliveryMark(Bob, pair, 0, 3, 3)]))[0].Receipt);
    }

    [Fact]
    public async Task Thousands_of_friends_are_taken_over_once_and_keep_what_was_known_of_them()
    {
        const int count = 2100;
        await RegisterAsync();
        await DoAsync(Alice, Bob, ContactAction.Block);
        await _book.ChangeAsync(Alice, new ChangeContactRequest(Carol, ContactAction.Request) { Alias = "C" });
        var others = Enumerable.Range(1000, count).ToList();
        await Database.ExecuteAsync($"INSERT INTO Users (id, name, password) VALUES {string.Join(", ", others.Select(id => $"({id}, 'u{id}', 'x')"))}");
        await Database.ExecuteAsync($"INSERT INTO Friends (userid, friendid) VALUES {string.Join(", ", others.Append(Bob).Append(Carol).Select(id => $"({Alice}, {id})"))}");
        var (all, since) = (new List<(UserContact Contact, long Rev)>(), 0L);
        while (true)
        {
            var page = await _book.ListAsync(Alice, since, 500, onlyBlocked: false);
            all.AddRange(page.Contacts);
            since = page.Rev;
            if (!page.HasMore)
                break;
        }

        Assert.Equal(others.Append(Bob).Append(Carol).Order(), all.Select(each => each.Contact.Id).Order());
        Assert.Equal(count + 2, all.Select(each => each.Rev).Distinct().Count());
        Assert.Equal(since, all.Max(each => each.Rev));
        Assert.True(all.Single(each => each.Contact.Id == Bob).Contact.IsBlocked);
        Assert.Equal("C", all.Single(each => each.Contact.Id == Carol).Contact.Alias);
        Assert.Empty((await _book.ListAsync(Alice, since, 500, onlyBlocked: false)).Contacts); // taken over once
    }

    [Fact]
    public async Task Friends_who_block_each_other_are_listed_as_offline()
    {
        await RegisterAsync();
        await _friends.AddFriendAsync(Alice, Bob);
        await _friends.AddFriendAsync(Bob, Alice);
        await Database.ExecuteAsync("UPDATE Users SET state = 'online'");
        var lists = new ContactLists(Database.Chat);
        Assert.True(Assert.Single((await lists.FriendsAsync(Alice, 0, 10)).Entries).IsOnline);
        await DoAsync(Alice, Bob, ContactAction.Block);
        Assert.False(Assert.Single((await lists.FriendsAsync(Alice, 0, 10)).Entries).IsOnline);
        Assert.False(Assert.Single((await lists.OfUserAsync(Bob)).Friends).IsOnline);
    }

    [Fact]
    public async Task Who_has_blocked_the_other_or_is_no_contact_of_somebody_who_shows_itself_to_contacts_sees_nothing()
    {
        await RegisterAsync();
        var all = (from one in (int[])[Alice, Bob, Carol] from other in (int[])[Alice, Bob, Carol] where one != other select new UserPair(one, other)).ToList();
        Assert.Empty(await _book.VeiledAsync(all));
        Assert.Empty(await _book.VeiledAsync([]));
        await DoAsync(Alice, Bob, ContactAction.Block);
        Assert.Equal([new UserPair(Alice, Bob), new(Bob, Alice)], (await _book.VeiledAsync(all)).OrderBy(pair => pair.UserId));
        await DoAsync(Alice, Bob, ContactAction.Unblock);
        await DoAsync(Alice, Bob, ContactAction.Add);
        var presence = new Presence(Database.Chat);
        await presence.HideAsync(Alice, new HiddenThings(Presence: false, FromStrangers: true));
        Assert.Equal([new UserPair(Carol, Alice)], await _book.VeiledAsync(all));

        await presence.SetAsync(Alice, 5000);
        await _friends.AddFriendAsync(Bob, Alice);
        await _friends.AddFriendAsync(Carol, Alice);
        var lists = new ContactLists(Database.Chat);
        Assert.True(Assert.Single((await lists.FriendsAsync(Bob, 0, 10)).Entries).IsOnline);
        Assert.False(Assert.Single((await lists.FriendsAsync(Carol, 0, 10)).Entries).IsOnline);
        await presence.SetAsync(Alice, null);
        Assert.False(Assert.Single((await lists.FriendsAsync(Bob, 0, 10)).Entries).IsOnline);
        Assert.Empty(await presence.HiddenAsync([Alice]));
        await presence.HideAsync(Alice, new HiddenThings(Presence: false));
        Assert.Empty(await _book.VeiledAsync(all));
    }

    [Fact]
    public async Task Both_may_do_it_at_once_and_many_may_ask_one()
    {
        await RegisterAsync(others: 20);
        await Task.WhenAll(DoAsync(Alice, Bob, ContactAction.Request), DoAsync(Bob, Alice, ContactAction.Request));
        Assert.Equal([Bob], await FriendsAsync(Alice));
        Assert.Equal([Alice], await FriendsAsync(Bob));
        await Task.WhenAll(Enumerable.Range(4, 20).Select(user => DoAsync(user, Carol, ContactAction.Request)));
        var asking = await _book.ListAsync(Carol, 0, 500, onlyBlocked: false);
        Assert.Equal(Enumerable.Range(4, 20), asking.Contacts.Select(entry => entry.Contact.Id).Order());
        Assert.Equal(Enumerable.Range(1, 20), asking.Contacts.Select(entry => (int)entry.Rev));
        var first = await _book.ListAsync(Carol, 0, 7, onlyBlocked: false);
        Assert.Equal((7, true), (first.Rev, first.HasMore));
        Assert.Equal(13, (await _book.ListAsync(Carol, first.Rev, 500, onlyBlocked: false)).Contacts.Count);
    }

    [Fact]
    public async Task A_list_has_its_bound()
    {
        await RegisterAsync();
        await Database.ExecuteAsync($"INSERT INTO ContactRev (userid, rev) VALUES ({Bob}, {ContactBook.Max})");
        foreach (var some in Enumerable.Range(1, ContactBook.Max).Chunk(1000))
            await Database.ExecuteAsync($"INSERT INTO Contact (userid, other, state, rev) VALUES {string.Join(',', some.Select(i => $"({Bob}, {1000 + i}, 0, {i})"))}");
        Assert.Equal(ErrorCode.TooLarge, (await DoAsync(Bob, Alice, ContactAction.Add)).Verdict.Error);
        Assert.Equal(ErrorCode.TooLarge, (await DoAsync(Alice, Bob, ContactAction.Request)).Verdict.Error);
        Assert.Empty(await ListAsync(Alice));
        Assert.Equal(ErrorCode.None, (await DoAsync(Alice, Bob, ContactAction.Add)).Verdict.Error);
        Assert.Equal(ErrorCode.None, (await DoAsync(Bob, Alice, ContactAction.Block)).Verdict.Error); // others may have filled it
    }

    async Task RegisterAsync(int others = 0)
    {
        var accounts = new Accounts(Database.Chat);
        foreach (var name in (string[])["alice", "bob", "carol", .. Enumerable.Range(4, others).Select(i => $"user {i}")])
            Assert.NotNull(await accounts.RegisterAsync(name, "x"));
    }

    Task<ContactOutcome> DoAsync(int userId, int other, ContactAction action) => _book.ChangeAsync(userId, new ChangeContactRequest(other, action));

    async Task<IEnumerable<UserContact>> ListAsync(int userId, bool onlyBlocked = false) =>
        (await _book.ListAsync(userId, 0, 500, onlyBlocked)).Contacts.Select(entry => entry.Contact);

    async Task<IEnumerable<int>> FriendsAsync(int userId) => (await new ContactLists(Database.Chat).FriendsAsync(userId, 0, 100)).Entries.Select(friend => friend.Id);
}
