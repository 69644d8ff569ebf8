using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Protocol;
using Chat.Tests.Storage;
using Xunit;

namespace Chat.SystemTests.Storage;

/// <summary>Who users are, on both kinds of database.</summary>
public abstract class PeopleStoreTests : StorageTest
{
    private protected PeopleStoreTests(StorageProvider provider)
        : base(provider)
    {
    }

    public sealed class OnSqlite() : PeopleStoreTests(StorageProvider.Sqlite);

    public sealed class OnMariaDb() : PeopleStoreTests(StorageProvider.MySql);

    UserDirectory Users => new(Database.Chat, new LegacyTexts(Database.Chat));

    [Fact]
    public async Task The_beginning_of_a_name_finds_users_in_the_order_of_their_names()
    {
        var accounts = new Accounts(Database.Chat);
        foreach (var name in (string[])["ann", "Anna", "anna b", "ÅNNA", "ånna 2", "an%", "an_", "anz😀", "bob", "你好", "你们"])
            Assert.NotNull(await accounts.RegisterAsync(name, "x"));
        Assert.Equal(["an%", "an_", "ann", "Anna", "anna b", "anz😀"], await NamesAsync("AN"));
        Assert.Equal(["Anna", "anna b"], await NamesAsync("anna"));
        Assert.Equal(["ÅNNA", "ånna 2"], await NamesAsync("a\u030Ann"));
        Assert.Equal(["an%"], await NamesAsync("an%"));
        Assert.Equal(["an_"], await NamesAsync("an_"));
        Assert.Equal(["anz😀"], await NamesAsync("anz😀"));
        Assert.Equal(["你们", "你好"], (await NamesAsync("你")).Order(StringComparer.Ordinal));
        Assert.Equal(["an%", "an_"], await NamesAsync("an", 2));
        Assert.Empty(await NamesAsync("annb"));
        var bob = (await accounts.FindAsync("bob"))!.Id;
        await new UserProfiles(Database.Chat).DisableAsync(bob, DateTimeOffset.UnixEpoch);
        Assert.Empty(await NamesAsync("bob"));
        Assert.True((await Users.FindAsync(bob))?.IsDisabled);
    }

    [Fact]
    public async Task A_profile_is_changed_piece_by_piece_and_removed()
    {
        var profiles = new UserProfiles(Database.Chat);
        var id = (await new Accounts(Database.Chat).RegisterAsync("alice", "x"))!.Value;
        await profiles.ChangeAsync(id, "Älice", avatar: null, about: null);
        await profiles.ChangeAsync(id, display: null, "https://a.example/ä.png", "😀\n你");
        await profiles.ChangeAsync(id, display: null, avatar: null, string.Concat(Enumerable.Repeat("😀", 500)));
        Assert.Equal(
            new UserProfile(id, "alice") { Display = "Älice", Avatar = "https://a.example/ä.png", About = string.Concat(Enumerable.Repeat("😀", 500)) },
            (await Users.FindAsync(id))!.ToProfile());
        await profiles.ChangeAsync(id, "", avatar: null, "");
        Assert.Equal(new UserProfile(id, "alice") { Avatar = "https://a.example/ä.png" }, (await Users.FindAsync(id))!.ToProfile());
        await profiles.ChangeAsync(id, "", "", "");
        Assert.Equal(new UserProfile(id, "alice"), (await Users.FindAsync(id))!.ToProfile());
    }

    [Fact]
    public async Task A_user_of_an_issuer_has_the_profile_that_was_said_last()
    {
        var accounts = new Accounts(Database.Chat);
        var (identities, profiles) = (new ExternalIdentities(Database.Chat, accounts), new UserProfiles(Database.Chat));
        var id = (await identities.CreateAsync("shop", "17", "alice", "one", avatar: "https://example.com/1.png"))!.Value;
        await profiles.ChangeAsync(id, "two", "https://example.com/2.png", "about");
        Assert.Equal(new UserProfile(id, "alice") { Display = "two", Avatar = "https://example.com/2.png", About = "about" }, (await Users.FindAsync(id))!.ToProfile());
        await identities.DescribeAsync(id, new TokenNews("three", "https://example.com/3.png", TokenSaid.Of("three", "https://example.com/3.png")));
        Assert.Equal(new UserProfile(id, "alice") { Display = "three", Avatar = "https://example.com/3.png", About = "about" }, (await Users.FindAsync(id))!.ToProfile());
        await profiles.ChangeAsync(id, "", "", "");
        Assert.Equal(new UserProfile(id, "alice"), (await Users.FindAsync(id))!.ToProfile());
    }

    async Task<IEnumerable<string>> NamesAsync(string prefix, int max = 100) => (await Users.FindByPrefixAsync(prefix, max)).Select(user => user.Name);
}
