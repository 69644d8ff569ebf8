using Chat.Protocol;
using ChatActors.Client;
using Xunit;

namespace Chat.Tests.Client;

/// <summary>Other users, as a client finds them.</summary>
public sealed class ChatClientPeopleTests : ClientScenario
{
    [Fact]
    public async Task People_are_found_by_name_and_by_id()
    {
        await using var alice = await TestClient.LogInAsync(Server.Options(), "alice");
        Assert.Equal(new UserProfile(Bob, "bob"), await alice.Client.FindUserAsync("BOB"));
        Assert.Null(await alice.Client.FindUserAsync("bo"));
        Assert.Equal([new UserProfile(Bob, "bob")], await alice.Client.SearchUsersAsync("Bo"));
        await alice.Client.ChangeProfileAsync(about: "hi");
        Assert.Equal(new ChangeProfileRequest(null, null, "hi"), Server.Requests.Items.OfType<ChangeProfileRequest>().Single() with { Ref = default });
    }

    [Fact]
    public async Task Any_number_of_ids_is_asked_for_in_pieces()
    {
        for (var i = 0; i < 250; i++)
            Server.AddUser($"user {i} ".PadRight(400, 'x')); // not all of a piece fit into a frame
        await using var alice = await TestClient.LogInAsync(Server.Options(), "alice");
        var users = await alice.Client.GetUsersAsync([.. Enumerable.Range(1, 300), 7]);
        Assert.Equal(Enumerable.Range(1, 252), users.Select(user => user.Id));
    }

    [Fact]
    public async Task Contacts_are_changed_and_listed_as_they_are_after_all_pages()
    {
        UserContact other = new(7, ContactState.Contact) { Alias = "Dave" }, blocked = new(8, ContactState.None) { IsBlocked = true };
        Server.Store.Contacts.AddRange([new(Bob, ContactState.Asked), other, new(9, ContactState.Asks), blocked, new(Bob, ContactState.None)]);
        await using var alice = await TestClient.LogInAsync(Server.Options(), "alice");
        Assert.Equal([other, new(9, ContactState.Asks), blocked], (await alice.Client.ListContactsAsync()).OrderBy(contact => contact.State == ContactState.None).ThenBy(contact => contact.Id));
        await alice.Client.ChangeContactAsync(Bob, ContactAction.Request, alias: "Bobby", note: "hi");
        Assert.Equal(
            new ChangeContactRequest(Bob, ContactAction.Request) { Alias = "Bobby", Note = "hi" },
            Server.Requests.Items.OfType<ChangeContactRequest>().Single() with { Ref = default });
    }

    [Fact]
    public async Task Changes_of_contacts_are_told_since_a_rev_and_asked_for_from_there()
    {
        Server.Store.Contacts.AddRange([new(Bob, ContactState.Contact), new(7, ContactState.Asked), new(Bob, ContactState.None), new(8, ContactState.None) { IsBlocked = true }]);
        await using var alice = await TestClient.LogInAsync(Server.Options(), "alice");
        var all = await alice.Client.GetContactChangesAsync();
        Assert.Equal(4, all.Rev);
        var news = await alice.Client.GetContactChangesAsync(since: 2);
        Assert.Equal(4, news.Rev);
        Assert.Equal([Bob, 8], news.Contacts.Select(contact => contact.Id));
        await alice.Client.GetContactChangesAsync(onlyBlocked: true);
        Assert.True(Server.Requests.Items.OfType<ListContactsRequest>().Last().OnlyBlocked);
        Assert.False(Server.Requests.Items.OfType<ListContactsRequest>().First().OnlyBlocked);
    }

    [Fact]
    public async Task An_older_server_says_that_it_knows_nothing_of_it()
    {
        Server.IsOld = true;
        await using var alice = await TestClient.LogInAsync(Server.Options(), "alice");
        Assert.Equal(ErrorCode.UnknownRequest, (await Assert.ThrowsAsync<ChatException>(() => alice.Client.FindUserAsync("bob"))).Code);
    }
}
