using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.SystemTests.Bridge;
using Chat.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Chat.SystemTests.Storage;

/// <summary>Names and queued messages of legacy servers on a real MariaDB, of both kinds.</summary>
public sealed class LegacyTextsTests() : StorageTest(StorageProvider.MySql)
{
    static readonly string[] Words = ["系统", "娄", "茅台", "小猫", "张伟", "naïve"];

    [Theory]
    [InlineData("Auto")]
    [InlineData("Utf8mb4")]
    public async Task What_servers_with_a_proper_connection_wrote_stays_as_it_is(string charset)
    {
        foreach (var word in Words)
            await Database.ExecuteAsync("INSERT INTO Users (name, password, state) VALUES (@word, 'x', 'offline')", new { word });
        await Database.ExecuteAsync("""INSERT INTO OfflineMessage VALUES (1, '{"id":2,"msg":"系统","msgid":6,"name":"娄","time":"t","toid":1}')""");
        var texts = new LegacyTexts(Database.Chat, Enum.Parse<LegacyCharset>(charset));
        await AssertReadAsync(texts, Words);
        var row = Assert.Single(await new OfflineStore(Database.Chat, TimeProvider.System, NullLogger<OfflineStore>.Instance, texts).ReadAsync(1, 0, 10));
        Assert.Contains("系统", System.Text.Encoding.UTF8.GetString(row.Body.Span));

        Assert.False(await texts.ReadGbkAsync());
        var id = await new Accounts(Database.Chat, writesForLegacy: true, texts).RegisterAsync("你", "x");
        Assert.Equal("你", await Database.ScalarAsync<string>("SELECT name FROM Users WHERE id = @id", new { id }));
    }

    [Theory]
    [InlineData("Auto")]
    [InlineData("Gbk")]
    public async Task What_servers_with_a_mislabelled_connection_wrote_is_undone(string charset)
    {
        var theirs = new LegacyDatabase(Database.ConnectionString);
        string[] words = ["系统", "你好", "é!", "да", "Jos\u00e9a", "😀"];
        foreach (var word in words)
            Assert.NotNull(await theirs.InsertUserAsync(word, "x"));
        var texts = new LegacyTexts(Database.Chat, Enum.Parse<LegacyCharset>(charset));
        await AssertReadAsync(texts, words);

        Assert.True(await texts.ReadGbkAsync());
        var id = await new Accounts(Database.Chat, writesForLegacy: true, texts).RegisterAsync("新人", "x");
        Assert.Equal("新人", System.Text.Encoding.UTF8.GetString((await theirs.FindUserAsync(id!.Value)).Name));
    }

    async Task AssertReadAsync(LegacyTexts texts, string[] words)
    {
        var accounts = new Accounts(Database.Chat, texts: texts);
        for (var i = 0; i < words.Length; i++)
        {
            Assert.Equal(words[i], (await accounts.FindAsync(i + 1))!.Name);
            await Database.ExecuteAsync("INSERT INTO Friends VALUES (1, @id)", new { id = i + 1 });
        }

        var (friends, _) = await new ContactLists(Database.Chat, texts).OfUserAsync(1);
        Assert.Equal(words, friends.Select(friend => friend.Name));
    }
}
