using System.Security.Cryptography;
using Chat.Node.People;
using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Protocol;
using Chat.Tests.Storage;
using Chat.Tests.Support;
using Dapper;
using Xunit;

namespace Chat.SystemTests.Storage;

/// <summary>What the API stores, on both kinds of database.</summary>
public abstract class ApiStoreTests : StorageTest
{
    static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeMilliseconds(1_795_410_443_660);

    private protected ApiStoreTests(StorageProvider provider)
        : base(provider)
    {
    }

    public sealed class OnSqlite() : ApiStoreTests(StorageProvider.Sqlite);

    public sealed class OnMariaDb() : ApiStoreTests(StorageProvider.MySql);

    [Fact]
    public async Task A_key_is_listed_until_it_is_deleted()
    {
        var store = new ApiKeyStore(Database.Chat);
        byte[] hash = [.. Enumerable.Range(0, 32).Select(i => (byte)(255 - i))];
        var id = await store.AddAsync(hash, "wéb 你", 5, Now);
        var row = Assert.Single(await store.ListAsync());
        Assert.Equal((id, "wéb 你", 5, Now.ToUnixTimeMilliseconds()), (row.Id, row.Name, row.Scopes, row.Created));
        Assert.Equal(hash, row.Hash);
        Assert.True(await store.DeleteAsync(row.Id));
        Assert.False(await store.DeleteAsync(row.Id));
        Assert.Empty(await store.ListAsync());
    }

    [Fact]
    public async Task What_a_request_has_made_is_known_until_it_is_purged()
    {
        var repeated = new RepeatedWrites(Database.Chat);
        var (key, other) = (RepeatKey.Of("x", "k", [7], [1], Now), RepeatKey.Of("y", "k", [7], [1], Now));
        await Database.Chat.WriteAsync(async (connection, transaction) =>
        {
            await key.NoteAsync(connection, transaction, 17);
            return 0;
        });
        var found = await repeated.FindAsync(key);
        Assert.Equal((17, true, Now.ToUnixTimeMilliseconds()), (found!.Made, key.IsSame(found), found.Created));
        var again = RepeatKey.Of("x", "k", [7], [1], Now.AddHours(1));
        Assert.True(again.IsSame(found));
        Assert.Equal(key.Derive("a token"), again.Derive("a token", found));
        Assert.NotEqual(key.Derive("a token"), again.Derive("a token"));
        Assert.False(RepeatKey.Of("x", "k", [7], [2], Now).IsSame(found));
        Assert.Null(await repeated.FindAsync(other));
        Assert.Null(await repeated.FindAsync(RepeatKey.Of("x", "k", [8], [1], Now))); // of another sender
        await Assert.ThrowsAsync<DuplicateKeyException>(() => Database.Chat.WriteAsync(async (connection, transaction) =>
        {
            await key.NoteAsync(connection, transaction, 18);
            return 0;
        }));
        Assert.Equal(0, await repeated.PurgeAsync(Now.AddMilliseconds(-1), 10));
        Assert.Equal(1, await repeated.PurgeAsync(Now, 10));
        Assert.Null(await repeated.FindAsync(key));
    }

    [Fact]
    public async Task Members_come_and_go_and_the_group_with_them()
    {
        var (accounts, contacts) = (new Accounts(Database.Chat), new ContactStore(Database.Chat));
        var groups = new GroupStore(Database.Chat, writesForLegacy: false, new LegacyTexts(Database.Chat));
        var (alice, bob, carol) = ((await accounts.RegisterAsync("alice", "x"))!.Value, (await accounts.RegisterAsync("bob", "x"))!.Value, (await accounts.RegisterAsync("carol", "x"))!.Value);
        var id = (await contacts.CreateGroupAsync(alice, "Größe", "d", [alice, bob, 1_000_000]))!.Value;
        Assert.Equal(new StoredGroup(id, "Größe", "d", 2), await groups.FindAsync(id));
        Assert.Equal(1_000_000, (await Database.Chat.AddMembersAsync(id, [alice, carol, 1_000_000])).Refusal?.UserId);
        Assert.Equal([carol], (await Database.Chat.AddMembersAsync(id, [alice, carol])).Differences.Select(difference => difference.UserId));
        await Database.Chat.RemoveMembersAsync(id, [bob, 1_000_000]);
        Assert.Equal([alice, carol], (await contacts.MembersAsync([id]))[id].Order());
        Assert.Null(await contacts.CreateGroupAsync(alice, "GRÖßE", ""));
        var edit = new ChangeGroupRequest(id) { Name = "other", Description = "e" };
        Assert.True((await groups.ChangeAsync(edit, by: 0, _ => null)).IsDifferent);
        Assert.False((await groups.ChangeAsync(edit, by: 0, _ => null)).IsDifferent);
        Assert.Equal(new StoredGroup(id, "other", "e", 2), await groups.FindAsync(id));
        var second = (await contacts.CreateGroupAsync(alice, "größe", ""))!.Value;
        Assert.Equal(ErrorCode.Rejected, (await groups.ChangeAsync(edit with { Name = "Größe" }, by: 0, _ => null)).Refusal?.Error);
        var closed = edit with { Name = null, Avatar = "https://a.example/ü.png", Joining = GroupJoining.Invite, Sending = GroupSending.Admins };
        Assert.True((await groups.ChangeAsync(closed, by: 0, _ => null)).IsDifferent);
        Assert.Equal(new GroupPolicy("https://a.example/ü.png", GroupJoining.Invite, GroupSending.Admins), (await groups.FindAsync(id))?.Policy);
        Assert.Equal([alice, carol], (await groups.DeleteAsync(id, by: 0, _ => null)).Members.Order());
        Assert.Null(await groups.FindAsync(id));
        Assert.False(await contacts.IsMemberAsync(alice, id));
        Assert.True(await contacts.IsMemberAsync(alice, second));
    }

    [Fact]
    public async Task The_last_places_of_a_group_are_given_once()
    {
        var (accounts, contacts) = (new Accounts(Database.Chat), new ContactStore(Database.Chat));
        var ids = new List<int>();
        for (var i = 0; i < 9; i++)
            ids.Add((await accounts.RegisterAsync($"user{i}", "x"))!.Value);
        var id = (await contacts.CreateGroupAsync(ids[0], "small", ""))!.Value;
        var store = new MemberStore(Database.Chat, TimeProvider.System);
        var joined = await Task.WhenAll(ids.Skip(1).Select(user => store.ChangeAsync(id, user, [user], group => GroupRules.Join(group, user, maxMembers: 4))));
        Assert.Equal(3, joined.Count(outcome => outcome.Refusal is null));
        Assert.Equal(4, (await contacts.MembersAsync([id]))[id].Count);
    }

    [Fact]
    public async Task A_user_is_described_and_shut_out()
    {
        var accounts = new Accounts(Database.Chat);
        var (profiles, users) = (new UserProfiles(Database.Chat), new UserDirectory(Database.Chat, new LegacyTexts(Database.Chat)));
        var id = (await accounts.RegisterAsync("alice", "x"))!.Value;
        Assert.Equal(new DirectoryUser(id, "alice", IsOnline: false), await users.FindAsync(id));
        await profiles.SetDisplayAsync(id, "Älice 你");
        await profiles.SetDisplayAsync(id, "Älice 😀");
        await profiles.DisableAsync(id, Now);
        await profiles.DisableAsync(id, Now);
        Assert.Equal(new DirectoryUser(id, "alice", IsOnline: false) { Display = "Älice 😀", IsDisabled = true }, await users.FindAsync(id));
        Assert.True((await accounts.FindAsync(id))?.IsDisabled);
        Assert.True((await accounts.FindAsync("alice"))?.IsDisabled);
        await profiles.EnableAsync(id);
        Assert.False((await accounts.FindAsync(id))?.IsDisabled);
    }

    [Fact]
    public async Task A_user_of_an_issuer_has_the_name_that_was_said_last()
    {
        var accounts = new Accounts(Database.Chat);
        var (identities, profiles) = (new ExternalIdentities(Database.Chat, accounts), new UserProfiles(Database.Chat));
        var users = new UserDirectory(Database.Chat, new LegacyTexts(Database.Chat));
        var id = (await identities.CreateAsync("shöp", "ü-17", "alice", "one", avatar: "https://example.com/a.png"))!.Value;
        Assert.Equal(new DirectoryUser(id, "alice", IsOnline: false) { Display = "one", Avatar = "https://example.com/a.png", Issuer = "shöp", Subject = "ü-17" }, await users.FindAsync(id));
        await profiles.SetDisplayAsync(id, "two");
        Assert.Equal(("two", "https://example.com/a.png"), ((await users.FindAsync(id))?.Display, (await users.FindAsync(id))?.Avatar));
        Assert.True(await profiles.IsExternalAsync(id));
    }

    [Fact]
    public async Task A_login_token_is_good_until_it_expires_or_its_user_is_logged_out_everywhere()
    {
        var accounts = new Accounts(Database.Chat);
        var tokens = new LoginTokens(Database.Chat);
        var id = (await accounts.RegisterAsync("alice", "x"))!.Value;
        byte[] hash = [.. Enumerable.Range(0, 32).Select(i => (byte)(i * 8))];
        await tokens.SaveAsync(hash, id, Now.AddMinutes(1));
        Assert.Equal(id, (await tokens.FindAsync(hash, Now))?.UserId);
        Assert.Null(await tokens.FindAsync(hash, Now.AddMinutes(1)));
        Assert.Null(await tokens.FindAsync([1], Now));
        await new Revocations(Database.Chat, TimeProvider.System).RevokeAsync(id);
        Assert.Null(await tokens.FindAsync(hash, Now));
        Assert.Equal(1, await tokens.PurgeAsync(Now.AddMinutes(1), 10));
    }

    [Fact]
    public async Task What_was_stored_without_whose_key_it_is_is_known_to_who_says_the_same()
    {
        byte[] body = [1];
        await Database.Chat.WriteAsync((connection, transaction) => connection.ExecuteAsync(
            "INSERT INTO ApiRequest (hash, fingerprint, made, created) VALUES (@hash, @fingerprint, 17, 1)",
            new { hash = SHA256.HashData("x\nk"u8), fingerprint = SHA256.HashData(body) }, transaction));
        var repeated = new RepeatedWrites(Database.Chat);
        var same = RepeatKey.Of("x", "k", [7], body, Now);
        var found = await repeated.FindAsync(same);
        Assert.Equal((17, true), (found?.Made, found is not null && same.IsSame(found)));
        Assert.Null(await repeated.FindAsync(RepeatKey.Of("x", "k", [7], [2], Now))); // of another sender, for all that is known
    }

    [Fact]
    public async Task A_group_that_cannot_be_noted_is_not_made()
    {
        var (accounts, contacts) = (new Accounts(Database.Chat), new ContactStore(Database.Chat));
        var alice = (await accounts.RegisterAsync("alice", "x"))!.Value;
        var once = RepeatKey.Of("x", "k", [7], [1], Now);
        Assert.NotNull(await contacts.CreateGroupAsync(alice, "one", "", [], once.NoteAsync));
        Assert.Null(await contacts.CreateGroupAsync(alice, "two", "", [], once.NoteAsync));
        Assert.Equal(1, await Database.ScalarAsync<long>("SELECT COUNT(*) FROM AllGroup"));
    }
}
