using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Tests.Storage;
using Xunit;

namespace Chat.SystemTests.Storage;

public abstract class AccountsTests : StorageTest
{
    readonly Accounts _accounts;

    private protected AccountsTests(StorageProvider provider)
        : base(provider) => _accounts = new Accounts(Database.Chat);

    public sealed class OnSqlite() : AccountsTests(StorageProvider.Sqlite);

    public sealed class OnMariaDb() : AccountsTests(StorageProvider.MySql);

    static Account One => new() { Id = 1 };

    [Fact]
    public async Task Ids_count_from_one()
    {
        Assert.Equal(1, await _accounts.RegisterAsync("alice", "h1"));
        Assert.Equal(2, await _accounts.RegisterAsync("bob", "h2"));
        Assert.Equal("offline", await Database.ScalarAsync<string>("SELECT state FROM Users WHERE id = 1"));
    }

    [Theory]
    [InlineData("alice")]
    [InlineData("ALICE")]
    public async Task A_taken_name_is_refused_in_any_case_of_letters(string name)
    {
        await _accounts.RegisterAsync("alice", "h1");
        Assert.Null(await _accounts.RegisterAsync(name, "h2"));
        Assert.Equal(1, await Database.ScalarAsync<int>("SELECT COUNT(*) FROM Users"));
        Assert.Equal(2, await _accounts.RegisterAsync("bob", "h3")); // a refusal takes no id
    }

    [Fact]
    public async Task An_account_is_found_by_id_and_by_name()
    {
        var id = (await _accounts.RegisterAsync("O'Brien 你😀", "hash"))!.Value;
        var byId = await _accounts.FindAsync(id);
        var byName = await _accounts.FindAsync("o'brien 你😀");
        Assert.Equal((id, "O'Brien 你😀", "hash"), (byId!.Id, byId.Name, byId.Password));
        Assert.Equal(id, byName!.Id);
        Assert.Null(await _accounts.FindAsync(id + 1));
        Assert.Null(await _accounts.FindAsync("nobody"));
    }

    [Fact]
    public async Task A_password_is_replaced_for_one_account_only()
    {
        await _accounts.RegisterAsync("alice", "old");
        await _accounts.RegisterAsync("bob", "old");
        await _accounts.SetPasswordAsync((await _accounts.FindAsync(1))!, "new");
        Assert.Equal("new", (await _accounts.FindAsync(1))!.Password);
        Assert.Equal("old", (await _accounts.FindAsync(2))!.Password);
    }

    [Fact]
    public async Task Of_many_ids_the_existing_ones_are_told()
    {
        await _accounts.RegisterAsync("alice", "");
        await _accounts.RegisterAsync("bob", "");
        Assert.Equal([1, 2], (await _accounts.ExistingAsync([2, 1, 3, 99])).Order());
        Assert.Empty(await _accounts.ExistingAsync([]));
    }

    [Fact]
    public async Task A_token_leads_to_its_account_until_it_expires()
    {
        await _accounts.RegisterAsync("alice", "hash");
        byte[] token = [1, 2, 3];
        var expires = Database.Clock.Now.AddDays(1);
        await _accounts.SaveTokenAsync(token, One, expires);

        Assert.Equal("alice", (await _accounts.FindByTokenAsync(token, expires.AddMilliseconds(-1)))!.Account.Name);
        Assert.Null(await _accounts.FindByTokenAsync(token, expires));
        Assert.Null(await _accounts.FindByTokenAsync([1, 2, 4], Database.Clock.Now));
    }

    [Fact]
    public async Task A_token_that_is_used_lives_longer()
    {
        await _accounts.RegisterAsync("alice", "hash");
        var now = Database.Clock.Now;
        await _accounts.SaveTokenAsync([1], One, now.AddDays(1));
        await _accounts.SaveTokenAsync([1], One, now.AddDays(9));
        Assert.NotNull(await _accounts.FindByTokenAsync([1], now.AddDays(8)));
    }

    [Fact]
    public async Task A_revoked_token_is_gone_and_others_stay()
    {
        await _accounts.RegisterAsync("alice", "hash");
        var now = Database.Clock.Now;
        await _accounts.SaveTokenAsync([1], One, now.AddDays(1));
        await _accounts.SaveTokenAsync([2], One, now.AddDays(1));
        await _accounts.RevokeTokenAsync([1]);
        Assert.Null(await _accounts.FindByTokenAsync([1], now));
        Assert.NotNull(await _accounts.FindByTokenAsync([2], now));
    }

    [Fact]
    public async Task Expired_tokens_can_be_swept_away_in_steps()
    {
        await _accounts.RegisterAsync("alice", "hash");
        var now = Database.Clock.Now;
        await _accounts.SaveTokenAsync([1], One, now);
        await _accounts.SaveTokenAsync([2], One, now.AddMilliseconds(1));
        await _accounts.SaveTokenAsync([3], One, now.AddDays(-1));
        Assert.Equal(1, await _accounts.PurgeTokensAsync(now, max: 1)); // the oldest first, no more at once than was asked for
        Assert.Equal(2, await Database.ScalarAsync<int>("SELECT COUNT(*) FROM ResumeToken"));
        Assert.Equal(1, await _accounts.PurgeTokensAsync(now, max: 10));
        Assert.Equal(0, await _accounts.PurgeTokensAsync(now, max: 10));
        Assert.Equal(1, await Database.ScalarAsync<int>("SELECT COUNT(*) FROM ResumeToken"));
        Assert.NotNull(await _accounts.FindByTokenAsync([2], now));
    }
}
