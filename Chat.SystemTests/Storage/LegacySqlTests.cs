using System.Data.Common;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Protocol;
using Chat.Tests.Storage;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using MySqlConnector;
using Xunit;

namespace Chat.SystemTests.Storage;

/// <summary>
/// Every statement that the legacy servers issue, as they issue it, on our schema: positional INSERTs succeed, and rows come
/// with the columns that they always had.
/// </summary>
public sealed class LegacySqlTests
{
    [Fact]
    public async Task On_a_new_database_everything_is_what_it_always_was()
    {
        using var database = new TemporaryDatabase(StorageProvider.MySql);
        await using var connection = await OpenAsync(database.ConnectionString);
        await RunEverythingAsync(connection);
    }

    [Theory]
    [InlineData(OldStyle.MyIsam)]
    [InlineData(OldStyle.InnoDb)]
    [InlineData(OldStyle.OneMessageEach)]
    public async Task On_an_adopted_database_everything_is_what_it_always_was(OldStyle style)
    {
        await using var old = await OldDatabase.CreateMigratedAsync(style);
        await using var connection = await old.OpenAsLegacyAsync();
        await RunEverythingAsync(connection);
        foreach (var table in OldDatabase.Tables)
            await AssertNowhereNullAsync(connection, $"select * from {table}");
    }

    [Fact]
    public async Task What_they_write_is_stored_as_it_always_was()
    {
        using var database = new TemporaryDatabase(StorageProvider.MySql);
        await using var connection = await OpenAsync(database.ConnectionString);
        await connection.ExecuteAsync("insert into Users(name, password, state) values('你好','密码','offline')");
        Assert.Equal("浣犲ソ", await database.ScalarAsync<string>("SELECT name FROM Users"));
        Assert.Equal("浣犲ソ", await database.ScalarAsync<string>("SELECT CONVERT(_gbk x'E4BDA0E5A5BD' USING utf8mb4)"));
        Assert.Equal([["1", "你好", "密码", "offline"]], await RowsAsync(connection, "select * from Users where id = 1"));
    }

    [Fact]
    public async Task What_we_queue_is_ascii_and_json_for_them()
    {
        using var database = new TemporaryDatabase(StorageProvider.MySql);
        var body = Encoding.UTF8.GetBytes("""{"id":1,"msg":"你好 😀 é \" \\ \\u4f60","msgid":6,"name":"jürgen","time":"t","toid":2}""");
        var store = new OfflineStore(database.Chat, database.Clock, NullLogger<OfflineStore>.Instance);
        await store.InsertAsync([new OfflineRow(2, ConversationId.Direct(1, 2), 1, "c", 1, body)]);
        await using var connection = await OpenAsync(database.ConnectionString);
        var message = Assert.Single(await RowsAsync(connection, "select message from OfflineMessage where userid = 2"))[0]!;
        Assert.True(Ascii.IsValid(message));
        using var json = JsonDocument.Parse(message);
        Assert.Equal("""你好 😀 é " \ \u4f60""", json.RootElement.GetProperty("msg").GetString());
        Assert.Equal(body, Assert.Single(await store.ReadAsync(2, 0, 10)).Body.ToArray());

        Assert.Equal(1, await connection.ExecuteAsync("delete from OfflineMessage where userid = 2"));
        Assert.Empty(await store.ReadAsync(2, 0, 10));
    }

    [Fact]
    public async Task With_plain_passwords_they_read_our_names_and_texts_as_they_were_typed()
    {
        using var database = new TemporaryDatabase(StorageProvider.MySql);
        var id = (await new Accounts(database.Chat, writesForLegacy: true).RegisterAsync("你好", "plain"))!.Value;
        await new ContactStore(database.Chat, writesForLegacy: true).CreateGroupAsync(id, "朋友", "描述");
        await using var connection = await OpenAsync(database.ConnectionString);
        Assert.Equal([["1", "你好", "plain", "offline"]], await RowsAsync(connection, "select * from Users where id = 1"));
        Assert.Equal(
            [["1", "朋友", "描述"]],
            await RowsAsync(connection, "select a.id,a.groupname,a.groupdesc from AllGroup a inner join GroupUser b on a.id = b.groupid where b.userid = 1"));
    }

    [Fact]
    public async Task We_read_what_they_write_as_it_was_typed()
    {
        using var database = new TemporaryDatabase(StorageProvider.MySql);
        await using var connection = await OpenAsync(database.ConnectionString);
        await connection.ExecuteAsync("insert into Users(name, password, state) values('你好','密码','offline')");
        await connection.ExecuteAsync("insert into AllGroup(groupname, groupdesc) values('朋友','描述')");
        await connection.ExecuteAsync("insert into GroupUser values(1, 1, 'creator')");
        await connection.ExecuteAsync("""insert into OfflineMessage values('1','{"id":1,"msg":"日本語テスト 😀","msgid":6,"name":"你好","time":"t","toid":1}')""");

        Assert.Equal("你好", (await new Accounts(database.Chat).FindAsync("你好"))!.Name);
        Assert.Null(await new Accounts(database.Chat).RegisterAsync("你好", ""));
        var group = Assert.Single((await new ContactLists(database.Chat).OfUserAsync(1)).Groups);
        Assert.Equal(("朋友", "描述", "你好"), (group.Name, group.Description, Assert.Single(group.Members).Name));
        var queued = Assert.Single(await new OfflineStore(database.Chat, database.Clock, NullLogger<OfflineStore>.Instance).ReadAsync(1, 0, 10));
        Assert.Equal("""{"id":1,"msg":"日本語テスト 😀","msgid":6,"name":"你好","time":"t","toid":1}""", Encoding.UTF8.GetString(queued.Body.Span));
    }

    /// <summary>In the order in which they come in a life of such a server, with the ids that the database gave.</summary>
    static async Task RunEverythingAsync(MySqlConnection connection)
    {
        var one = await InsertAsync(connection, "insert into Users(name, password, state) values('one','123','offline')");
        var two = await InsertAsync(connection, "insert into Users(name, password, state) values('two','456','offline')");
        await AssertRowsAsync(connection, $"select * from Users where id = {one}", "id,name,password,state", [$"{one}", "one", "123", "offline"]);
        Assert.Equal(1, await connection.ExecuteAsync($"update Users set state = 'online' where id = {one}"));

        await InsertAsync(connection, $"insert into Friends values('{one}','{two}')");
        await AssertRowsAsync(connection, $"select * from Friends where userid = {one}", "userid,friendid", [$"{one}", $"{two}"]);
        await AssertRowsAsync(
            connection, $"select a.id,a.name,a.state from Users a inner join Friends b on b.friendid = a.id where b.userid = {one}",
            "id,name,state", [$"{two}", "two", "offline"]);

        var group = await InsertAsync(connection, "insert into AllGroup(groupname, groupdesc) values('the group','what for')");
        await AssertRowsAsync(connection, $"select * from AllGroup where id = {group}", "id,groupname,groupdesc", [$"{group}", "the group", "what for"]);
        await InsertAsync(connection, $"insert into GroupUser values({group}, {one}, 'creator')");
        await InsertAsync(connection, $"insert into GroupUser values({group}, {two}, 'normal')");
        await AssertRowsAsync(
            connection, $"select * from GroupUser where groupid = {group} and userid = {two}", "groupid,userid,grouprole", [$"{group}", $"{two}", "normal"]);
        await AssertRowsAsync(
            connection, $"select a.id,a.groupname,a.groupdesc from AllGroup a inner join GroupUser b on a.id = b.groupid where b.userid = {one}",
            "id,groupname,groupdesc", [$"{group}", "the group", "what for"]);
        await AssertRowsAsync(
            connection, $"select a.id,a.name,a.state,b.grouprole from Users a inner join GroupUser b on b.userid = a.id where b.groupid = {group}",
            "id,name,state,grouprole", [$"{one}", "one", "online", "creator"], [$"{two}", "two", "offline", "normal"]);
        await AssertRowsAsync(connection, $"select userid from GroupUser where groupid = {group} and userid != {one}", "userid", [$"{two}"]);

        foreach (var message in (string[])["first", "second", "second"])
            await InsertAsync(connection, $"insert into OfflineMessage values('{two}','{message}')");
        await AssertRowsAsync(connection, $"select * from OfflineMessage where userid = {two} limit 1", "userid,message", [$"{two}", "first"]);
        await AssertRowsAsync(connection, $"select message from OfflineMessage where userid = {two}", "message", ["first"], ["second"], ["second"]);
        Assert.Equal(3, await connection.ExecuteAsync($"delete from OfflineMessage where userid = {two}"));

        await connection.ExecuteAsync("update Users set state = 'offline' where state = 'online'");
        await AssertRowsAsync(connection, "select * from Users where state = 'online'", "id,name,password,state");
    }

    static async Task<MySqlConnection> OpenAsync(string connectionString)
    {
        var connection = new MySqlConnection($"{connectionString};Pooling=false");
        await connection.OpenAsync();
        await connection.ExecuteAsync("set names gbk");
        return connection;
    }

    static async Task<long> InsertAsync(MySqlConnection connection, string sql)
    {
        Assert.Equal(1, await connection.ExecuteAsync(sql));
        return await connection.ExecuteScalarAsync<long>("select last_insert_id()");
    }

    static async Task AssertRowsAsync(MySqlConnection connection, string sql, string columns, params string[][] rows)
    {
        await using (var reader = await connection.ExecuteReaderAsync(sql))
            Assert.Equal(columns, string.Join(',', Enumerable.Range(0, reader.FieldCount).Select(reader.GetName)));
        Assert.Equal(rows, await RowsAsync(connection, sql));
    }

    static async Task AssertNowhereNullAsync(MySqlConnection connection, string sql) =>
        Assert.DoesNotContain(null, (await RowsAsync(connection, sql)).SelectMany(row => row));

    static async Task<List<string?[]>> RowsAsync(MySqlConnection connection, string sql)
    {
        await using var reader = await connection.ExecuteReaderAsync(sql);
        var rows = new List<string?[]>();
        while (await reader.ReadAsync())
            rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(i => TextOf(reader, i))]);
        return rows;
    }

    static string? TextOf(DbDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : Convert.ToString(reader.GetValue(column), CultureInfo.InvariantCulture);
}
