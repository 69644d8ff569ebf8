using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Tests.Storage;
using Xunit;

namespace Chat.SystemTests.Storage;

/// <summary>Users of the product itself, and who was logged out everywhere.</summary>
public abstract class ExternalIdentitiesTests : StorageTest
{
    readonly Accounts _accounts;
    readonly ExternalIdentities _identities;
    readonly Revocations _revocations;

    private protected ExternalIdentitiesTests(StorageProvider provider)
        : base(provider)
    {
        _accounts = new Accounts(Database.Chat);
        _identities = new ExternalIdentities(Database.Chat, _accounts);
        _revocations = new Revocations(Database.Chat, Database.Clock);
    }

    public sealed class OnSqlite() : ExternalIdentitiesTests(StorageProvider.Sqlite);

    public sealed class OnMariaDb() : ExternalIdentitiesTests(StorageProvider.MySql);

    [Fact]
    public async Task A_subject_has_one_user_who_has_no_password_that_anybody_could_type()
    {
        Assert.Null(await _identities.FindAsync("a", "7"));
        var id = (await _identities.CreateAsync("a", "7", "alice", "Alice A.", "https://a.example/7.png"))!.Value;

        Assert.Equal(new ExternalUser(id, "Alice A."), await _identities.FindAsync("a", "7"));
        var account = (await _accounts.FindAsync(id))!;
        Assert.Equal("alice", account.Name);
        Assert.Matches("^!.{32}$", account.Password);
    }

    [Fact]
    public async Task Issuers_and_subjects_are_compared_byte_by_byte()
    {
        var ids = new HashSet<int>();
        foreach (var (issuer, subject) in ((string, string)[])[("a", "x"), ("a", "X"), ("A", "x"), ("a", "x "), ("a", "é"), ("a", "e\u0301"), ("a", "ß"), ("a", "ss")])
        {
            var id = (await _identities.CreateAsync(issuer, subject, $"user {ids.Count}", null, null))!.Value;
            Assert.True(ids.Add(id));
            Assert.Equal(id, (await _identities.FindAsync(issuer, subject))!.UserId);
        }
    }

    [Fact]
    public async Task Of_many_who_make_the_same_subject_at_once_one_makes_a_user_and_nobody_else_is_left_over()
    {
        var longest = string.Concat(Enumerable.Repeat("ä", 100));
        var made = await Task.WhenAll(Enumerable.Range(0, 16).Select(i =>
            _identities.CreateAsync(longest, longest, i % 2 == 0 ? "the same name" : $"another name {i}", null, null)));

        var id = Assert.Single(made, id => id is not null)!.Value;
        Assert.Equal(id, (await _identities.FindAsync(longest, longest))!.UserId);
        Assert.Equal(1, await Database.ScalarAsync<int>("SELECT COUNT(*) FROM Users"));
    }

    [Fact]
    public async Task A_taken_name_makes_nobody()
    {
        await _accounts.RegisterAsync("Alice", "hash");
        Assert.Null(await _identities.CreateAsync("a", "7", "alice", null, null));
        Assert.Null(await _identities.FindAsync("a", "7"));
    }

    [Fact]
    public async Task What_a_newer_token_says_takes_the_place_of_what_was_said()
    {
        var id = (await _identities.CreateAsync("a", "7", "alice", "Alice", null))!.Value;
        var (name, avatar) = (new string('x', 254) + "😀", "https://a.example/7.png");
        await _identities.DescribeAsync(id, new TokenNews(name, avatar, TokenSaid.Of(name, avatar)));
        Assert.Equal(new ExternalUser(id, new string('x', 254)) { Said = TokenSaid.Of(name, avatar) }, await _identities.FindAsync("a", "7"));
        Assert.Equal(avatar, await AvatarAsync(id));
    }

    [Fact]
    public async Task What_a_token_does_not_say_or_has_said_before_changes_nothing()
    {
        var said = TokenSaid.Of("Alice", "https://a.example/7.png");
        var id = (await _identities.CreateAsync("a", "7", "alice", "Alice", "https://a.example/7.png", said))!.Value;
        await new UserProfiles(Database.Chat).SetDisplayAsync(id, "Alice A.");
        var user = (await _identities.FindAsync("a", "7"))!;
        Assert.Equal(("Alice A.", said), (user.Display, user.Said));
        Assert.Null(user.NewsOf("Alice", "https://a.example/7.png"));
        Assert.Null(user.NewsOf(null, null));
        Assert.Null(user.NewsOf("", ""));
        var news = user.NewsOf("Alice", "https://a.example/8.png")!;
        Assert.Equal((null, "https://a.example/8.png"), (news.Name, news.Avatar));
        await _identities.DescribeAsync(id, news);
        Assert.Equal(("Alice A.", "https://a.example/8.png"), ((await _identities.FindAsync("a", "7"))!.Display, await AvatarAsync(id)));
        Assert.Equal("Bob", (await _identities.FindAsync("a", "7"))!.NewsOf("Bob", null)!.Name);
    }

    async Task<string?> AvatarAsync(int id) => await Database.ScalarAsync<string>($"SELECT avatar FROM ExternalIdentity WHERE userid = {id}");

    [Fact]
    public async Task Who_was_logged_out_everywhere_has_no_token_any_more_and_a_login_that_began_before_gets_none_that_is_good()
    {
        var now = Database.Clock.Now;
        var id = (await _accounts.RegisterAsync("alice", "hash"))!.Value;
        var other = (await _accounts.RegisterAsync("bob", "hash"))!.Value;
        var before = (await _accounts.FindAsync(id))!;
        await _accounts.SaveTokenAsync([1], before, now.AddDays(1));
        await _accounts.SaveTokenAsync([2], (await _accounts.FindAsync(other))!, now.AddDays(1));

        Assert.Equal(1, await _revocations.RevokeAsync(id));
        await _accounts.SaveTokenAsync([3], before, now.AddDays(1));
        var after = (await _accounts.FindAsync("alice"))!;
        await _accounts.SaveTokenAsync([4], after, now.AddDays(1));

        Assert.Equal((1, Database.Clock.Milliseconds), (after.Generation, after.NotBefore));
        Assert.Null(await _accounts.FindByTokenAsync([1], now));
        Assert.NotNull(await _accounts.FindByTokenAsync([2], now));
        Assert.Null(await _accounts.FindByTokenAsync([3], now));
        Assert.Equal(1, (await _accounts.FindByTokenAsync([4], now))!.Account.Generation);
        Assert.Equal(new Dictionary<int, int> { [id] = 1 }, await _revocations.GenerationsOfAsync([id, other]));
    }

    [Fact]
    public async Task Every_time_is_a_generation_also_of_many_at_once_and_nobody_who_does_not_exist_has_one()
    {
        var id = (await _accounts.RegisterAsync("alice", "hash"))!.Value;
        var generations = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _revocations.RevokeAsync(id)));
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], generations.Order());
        Assert.Null(await _revocations.RevokeAsync(id + 1));
    }

    [Fact]
    public async Task A_resume_token_does_not_outlive_the_token_of_its_session()
    {
        var now = Database.Clock.Now;
        var id = (await _accounts.RegisterAsync("alice", "hash"))!.Value;
        await _accounts.SaveTokenAsync([1], (await _accounts.FindAsync(id))!, now.AddDays(30), now.AddHours(1));

        Assert.Equal(now.AddHours(1), (await _accounts.FindByTokenAsync([1], now.AddMinutes(59)))!.Ends);
        Assert.Null(await _accounts.FindByTokenAsync([1], now.AddHours(1)));
        await _accounts.ProlongTokenAsync([1], now.AddDays(30), now.AddHours(1));
        Assert.Null(await _accounts.FindByTokenAsync([1], now.AddHours(1)));
        await _accounts.ProlongTokenAsync([1], now.AddDays(30), now.AddHours(2));
        Assert.NotNull(await _accounts.FindByTokenAsync([1], now.AddHours(1)));
        await _accounts.RevokeTokenAsync([1]);
        await _accounts.ProlongTokenAsync([1], now.AddDays(30), now.AddHours(2));
        Assert.Null(await _accounts.FindByTokenAsync([1], now));
    }
}
