using System.Text;
using Chat.Checker.Processes;
using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Protocol;
using Chat.Tests.Storage;
using Dapper;
using Xunit;

namespace Chat.SystemTests.Storage;

/// <summary>Names in rows that somebody else has written, or an older node: keys are made for them, and nobody loses an account.</summary>
public abstract class MissingKeysTests : StorageTest
{
    readonly Accounts _accounts;
    readonly MissingKeys _keys;

    private protected MissingKeysTests(StorageProvider provider)
        : base(provider) => (_accounts, _keys) = (new Accounts(Database.Chat), new MissingKeys(Database.Chat));

    public sealed class OnSqlite() : MissingKeysTests(StorageProvider.Sqlite);

    public sealed class OnMariaDb() : MissingKeysTests(StorageProvider.MySql)
    {
        /// <summary>Its unique keys are what tells a legacy server that a name is taken: they must not be stricter than the rule.</summary>
        [Fact]
        public async Task What_the_lower_case_of_MariaDb_takes_for_one_letter_the_rule_does_too()
        {
            await using var connection = await (await MariaDbServer.SharedAsync()).OpenAsync(null);
            var others = new List<string>();
            foreach (var letters in Enumerable.Range(0x80, 0x20000).Where(Rune.IsValid).Select(value => new Rune(value)).Where(Rune.IsLetter).Chunk(500))
            {
                var lower = (await connection.ExecuteScalarAsync<string>("SELECT LOWER(@text)", new { text = string.Join('\n', letters) }))!.Split('\n');
                others.AddRange(letters.Zip(lower, (letter, lowered) => (Letter: letter, Lower: lowered)).Where(pair => NameKey.Of(pair.Letter.ToString()) != NameKey.Of(pair.Lower)).Select(pair => $"U+{pair.Letter.Value:X4} {pair.Lower}"));
            }

            Assert.Equal([], others);
        }
    }

    [Fact]
    public async Task Every_row_gets_its_key_once_however_many_there_are()
    {
        await Database.ExecuteAsync("INSERT INTO Users (name, password, ours) VALUES (@name, '', 1)", Enumerable.Range(1, 2500).Select(i => new { name = $"É{i} 😀" }));
        await Database.ExecuteAsync("INSERT INTO AllGroup (groupname, ours) VALUES ('\u212Aelvin', 1)");

        Assert.Equal((2500, 1), (await _keys.FillUsersAsync(), await _keys.FillGroupsAsync()));
        Assert.Equal((0, 0), (await _keys.FillUsersAsync(), await _keys.FillGroupsAsync()));
        Assert.Equal("é2500 😀", await Database.ScalarAsync<string>("SELECT namefold FROM Users WHERE id = 2500"));
        Assert.Equal("kelvin", await Database.ScalarAsync<string>("SELECT groupfold FROM AllGroup WHERE id = 1"));
    }

    /// <summary>As they were different names under an older rule.</summary>
    [Fact]
    public async Task Of_rows_that_fall_together_each_keeps_its_account_and_the_name_leads_to_who_is_written_so()
    {
        foreach (var name in (string[])["Ke\u0301vin", "kévin", "kév\u200Bin", "kévin\u200B", "\u200B"])
            await Database.ExecuteAsync("INSERT INTO Users (name, password, ours) VALUES (@name, '', 1)", new { name });

        Assert.Equal(1, (await _accounts.FindAsync("KÉVIN"))?.Id); // the oldest
        Assert.Equal(2, (await _accounts.FindAsync("kévin"))?.Id);
        Assert.Equal(2, (await _accounts.FindAsync("ke\u0301vin"))?.Id);
        Assert.Equal(3, (await _accounts.FindAsync("kév\u200Bin"))?.Id);
        Assert.Equal(5, (await _accounts.FindAsync("\u200B"))?.Id);
        for (var id = 1; id <= 5; id++)
            Assert.Equal(id, (await _accounts.FindAsync(id))?.Id);
        Assert.Null(await _accounts.RegisterAsync("KÉVIN", ""));
    }

    [Fact]
    public async Task A_row_that_another_server_inserts_meanwhile_is_found_and_takes_its_name()
    {
        Assert.Equal(1, await _accounts.RegisterAsync("alice", ""));
        await Database.ExecuteAsync("INSERT INTO Users (name, password) VALUES ('ÉMILE', '')");
        await Database.ExecuteAsync("INSERT INTO AllGroup (groupname, groupdesc) VALUES ('Ärger', '')");

        Assert.Equal(2, (await _accounts.FindAsync("e\u0301mile"))?.Id);
        Assert.Null(await _accounts.RegisterAsync("émile", ""));
        Assert.Null(await new ContactStore(Database.Chat).CreateGroupAsync(1, "äRGER", ""));
    }

    [Theory]
    [InlineData("É", "é")]
    [InlineData("\u212A", "k")]
    [InlineData("E\u0301", "é")]
    [InlineData("ΣΑΣ", "σας")]
    [InlineData("Ж", "ж")]
    [InlineData("İ", "i")]
    [InlineData("👩\u200D👧", "👩👧")]
    public async Task A_name_is_taken_for_users_and_groups_on_both_databases(string first, string second)
    {
        Assert.Equal(1, await _accounts.RegisterAsync(first, ""));
        Assert.Null(await _accounts.RegisterAsync(second, ""));
        Assert.Equal(1, (await _accounts.FindAsync(second))?.Id);
        var contacts = new ContactStore(Database.Chat);
        Assert.NotNull(await contacts.CreateGroupAsync(1, first, ""));
        Assert.Null(await contacts.CreateGroupAsync(1, second, ""));
    }

    [Theory]
    [InlineData("a", "á")]
    [InlineData("ß", "ss")]
    [InlineData("a", "ａ")]
    public async Task Others_are_two_names_on_both_databases(string first, string second)
    {
        Assert.Equal(1, await _accounts.RegisterAsync(first, ""));
        Assert.Equal(2, await _accounts.RegisterAsync(second, ""));
        Assert.Equal((1, 2), ((await _accounts.FindAsync(first))!.Id, (await _accounts.FindAsync(second))!.Id));
    }

    [Fact]
    public async Task One_of_many_gets_a_name_whatever_its_form()
    {
        for (var round = 0; round < 5; round++)
        {
            string[] forms = [$"É {round}", $"é {round}", $"E\u0301 {round}", $"e\u0301 {round}"];
            Assert.Single((await Task.WhenAll(forms.Select(name => _accounts.RegisterAsync(NormalForm.Compose(name), "")))).OfType<int>());
        }
    }
}
