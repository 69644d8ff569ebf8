using Chat.Node.Settings;
using Chat.Protocol;
using Chat.Tests.Support;
using ChatActors.Client;
using Xunit;

namespace Chat.SystemTests.EndToEnd;

/// <summary>Receipts, the list, presence and typing between two <see cref="ChatClient"/>s.</summary>
[Collection(NodeCollection.Name)]
public abstract class ChatClientWatchTests : IDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    readonly TestFolder _folder;

    private protected ChatClientWatchTests(StorageProvider provider) => _folder = new TestFolder(provider);

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    public sealed class OnSqlite() : ChatClientWatchTests(StorageProvider.Sqlite);

    public sealed class OnMariaDb() : ChatClientWatchTests(StorageProvider.MySql);

    [Fact]
    public async Task Two_clients_see_what_the_other_one_does_and_what_it_did_meanwhile()
    {
        await using var node = await TestNode.StartAsync(_folder);
        await using var alice = await NewAsync(node.Port, "alice");
        await using var bob = await NewAsync(node.Port, "bob");
        var (aliceId, bobId) = (alice.UserId!.Value, bob.UserId!.Value);
        var conversation = ConversationId.Direct(aliceId, bobId);
        await alice.Watching.WatchAsync([bobId], [conversation]);
        await NextAsync<PresenceChanged>(alice, presence => presence.Users.Single().State == PresenceState.Online);

        var sent = await alice.SendToUserAsync(bobId, "hello");
        await NextAsync<MessageReceived>(bob);
        await bob.MarkReadAsync(conversation, sent.Seq);
        await NextAsync<ReceiptReceived>(alice, receipt => receipt.Read == sent.Seq);
        Assert.Equal(new PeerMarks(sent.Seq, sent.Seq), alice.Conversations.GetPeer(conversation));
        var receipts = await alice.Conversations.GetReceiptsAsync(conversation, sent.Seq);
        Assert.Equal([new ReaderEntry(bobId, sent.Seq, sent.Seq)], receipts.Who);

        await bob.Watching.TypeAsync(conversation);
        Assert.True((await NextAsync<TypingChanged>(alice)).IsOn);
        await bob.Watching.SetAwayAsync();
        await NextAsync<PresenceChanged>(alice, presence => presence.Users.Single().State == PresenceState.Away);

        await bob.Conversations.SaveDraftAsync(conversation, "so far");
        await bob.Conversations.ArchiveAsync(conversation);
        Assert.Empty((await bob.Conversations.ListAsync()).Conversations);
        var listed = Assert.Single((await bob.Conversations.ListAsync(isArchived: true)).Conversations);
        Assert.Equal(("so far", "hello"), (listed.Summary.Draft, listed.Last!.Text));

        await using var again = new ChatClient(new() { Endpoints = [new("127.0.0.1", node.Port)] });
        await again.ConnectAsync();
        await again.LoginAsync("alice", "secret");
        await NextAsync<ReceiptReceived>(again, receipt => receipt.Read == sent.Seq);
    }

    [Fact]
    public async Task Groups_people_and_words_are_changed_and_found_by_clients()
    {
        await using var node = await TestNode.StartAsync(_folder);
        await using var alice = await NewAsync(node.Port, "alice");
        await using var bob = await NewAsync(node.Port, "bob");
        var (aliceId, bobId) = (alice.UserId!.Value, bob.UserId!.Value);
        var group = await alice.CreateGroupAsync("team");
        await alice.AddMembersAsync(group, [bobId]);
        Assert.Equal(new GroupChangedPush(group, GroupChangedPush.Added, aliceId), (await NextAsync<GroupChanged>(bob)).Change);
        await alice.SetAdminAsync(group, bobId);
        Assert.Equal(GroupRole.Admin, (await NextAsync<GroupChanged>(bob)).Change.Role);
        await bob.ChangeGroupAsync(new ChangeGroupRequest(group) { Joining = GroupJoining.Ask });
        Assert.Equal((GroupRole.Admin, GroupJoining.Ask, 2), await bob.GetGroupAsync(group) is var seen ? (seen.Role, seen.Joining, seen.Members) : default);

        await using var carol = await NewAsync(node.Port, "carol");
        await carol.JoinGroupAsync(group);
        var waiting = Assert.Single((await bob.ListJoinRequestsAsync(group)).Entries);
        await bob.DecideJoinRequestsAsync(group, [waiting.Id], []);
        Assert.Equal(GroupChangedPush.Added, (await NextAsync<GroupChanged>(carol)).Change.Change);
        await bob.MuteMemberAsync(group, waiting.Id, DateTimeOffset.UtcNow.AddHours(1));
        Assert.Equal(ErrorCode.Forbidden, (await Assert.ThrowsAsync<ChatException>(() => carol.SendToGroupAsync(group, "may I?"))).Code);
        await bob.MuteMemberAsync(group, waiting.Id, until: null);
        var seq = (await carol.SendToGroupAsync(group, "我家在上海东边")).Seq;

        Assert.True((await bob.ListMembersAsync(group)).Seq >= seq);

        SearchReply found = new([], 0, null);
        await Eventually.EqualAsync(1, async () => (found = await bob.SearchAsync("上海", since: DateTimeOffset.UtcNow.AddDays(-1))).Hits.Count);
        Assert.Equal((ConversationId.Group(group), seq, "我家在上海东边"), (found.Hits[0].Conversation, found.Hits[0].Seq, found.Hits[0].Text));
        Assert.Empty((await bob.SearchAsync("上海", from: aliceId)).Hits);

        await carol.LeaveGroupAsync(group);
        await bob.RemoveMembersAsync(group, [waiting.Id]); // is out already
        await bob.ChangeContactAsync(aliceId, ContactAction.Block);
        Assert.Equal(ErrorCode.Blocked, (await Assert.ThrowsAsync<ChatException>(() => alice.SendToUserAsync(bobId, "hello?"))).Code);
        await bob.ChangeContactAsync(aliceId, ContactAction.Unblock);
        await alice.ChangeContactAsync(bobId, ContactAction.Request, note: "it's me");
        var changed = await NextAsync<ContactChanged>(bob);
        var asks = changed.Contact;
        Assert.Equal(changed.Rev, (await bob.GetContactChangesAsync()).Rev);
        Assert.Empty((await bob.GetContactChangesAsync(since: changed.Rev)).Contacts);
        Assert.Equal((aliceId, ContactState.Asks, "it's me"), (asks.Id, asks.State, asks.Note));
        await alice.DeleteGroupAsync(group);
        Assert.Equal(GroupChangedPush.Deleted, (await NextAsync<GroupChanged>(bob, changed => changed.Change.Change == GroupChangedPush.Deleted)).Change.Change);
    }

    static async Task<ChatClient> NewAsync(int port, string name)
    {
        var client = new ChatClient(new() { Endpoints = [new("127.0.0.1", port)] });
        await client.ConnectAsync();
        await client.RegisterAsync(name, "secret");
        await client.LoginAsync(name, "secret");
        return client;
    }

    static async Task<T> NextAsync<T>(ChatClient client, Func<T, bool>? condition = null)
        where T : ChatEvent
    {
        using var patience = new CancellationTokenSource(Patience);
        await foreach (var chatEvent in client.ReadEventsAsync(patience.Token))
        {
            if (chatEvent is T wanted && condition?.Invoke(wanted) != false)
                return wanted;
        }

        throw new InvalidOperationException("the client was closed");
    }
}
