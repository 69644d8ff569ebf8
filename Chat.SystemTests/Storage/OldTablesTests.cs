using System.Text;
using Chat.Checker.Processes;
using Chat.Node.Storage;
using Chat.Node.Storage.MySql;
using Chat.Protocol;
using Chat.Tests.Storage;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using MySqlConnector;
using Xunit;

namespace Chat.SystemTests.Storage;

/// <summary>Tables that somebody has changed over the years: other types, keys, foreign keys.</summary>
public sealed class OldTablesTests : IAsyncLifetime
{
    const string Keys = "SELECT DISTINCT INDEX_NAME FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'OfflineMessage' ORDER BY 1";

    MariaDbServer _server = null!;
    string _name = null!;
    MySqlConnection _connection = null!;

    public async Task InitializeAsync()
    {
        _server = await MariaDbServer.SharedAsync();
        _name = await _server.CreateDatabaseAsync();
        _connection = await _server.OpenAsync(_name);
    }

    public async Task DisposeAsync()
    {
        await _connection.ExecuteAsync($"DROP DATABASE {_name}");
        await _connection.DisposeAsync();
    }

    [Fact]
    public async Task A_name_that_is_made_up_is_nobody_elses()
    {
        await CreateAsync(
            users: "id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(50) UNIQUE, password VARCHAR(50), state ENUM('online', 'offline')",
            groups: "id INT AUTO_INCREMENT PRIMARY KEY, groupname VARCHAR(50) UNIQUE, groupdesc VARCHAR(200)");
        await _connection.ExecuteAsync(
            "INSERT INTO Users VALUES (1, 'user2', '', 'offline'), (2, NULL, '', 'offline'); INSERT INTO AllGroup VALUES (1, 'group2', ''), (2, NULL, '')");
        await MigrateAsync();
        Assert.Equal(["user2", "user #2"], await _connection.QueryAsync<string>("SELECT name FROM Users ORDER BY id"));
        Assert.Equal(["group2", "group #2"], await _connection.QueryAsync<string>("SELECT groupname FROM AllGroup ORDER BY id"));
    }

    [Fact]
    public async Task Rows_without_ids_stay_as_they_are_whatever_key_they_have()
    {
        await CreateAsync(
            friends: "userid INT, friendid INT, UNIQUE KEY (userid, friendid)",
            members: "groupid INT, userid INT, grouprole ENUM('creator', 'normal'), UNIQUE KEY (groupid, userid)",
            messages: "userid INT, message VARCHAR(500), UNIQUE KEY (userid, message)");
        await _connection.ExecuteAsync(
            """
            INSERT INTO Users VALUES (1, 'alice', '', 'offline'), (2, 'bob', '', 'offline'); INSERT INTO AllGroup VALUES (1, 'g', '');
            INSERT INTO Friends VALUES (NULL, 1), (NULL, 1), (1, NULL), (1, NULL), (NULL, NULL), (1, 2);
            INSERT INTO GroupUser VALUES (NULL, 1, NULL), (NULL, 1, NULL), (1, NULL, NULL), (1, NULL, NULL), (1, 1, 'creator');
            INSERT INTO OfflineMessage VALUES (NULL, 'm'), (NULL, 'm'), (NULL, NULL), (1, NULL), (1, NULL);
            """);
        await MigrateAsync();
        Assert.Equal((3, 3), await _connection.QuerySingleAsync<(int, int)>("SELECT SUM(userid IS NULL), SUM(friendid IS NULL) FROM Friends"));
        Assert.Equal((2, 2, 0), await _connection.QuerySingleAsync<(int, int, int)>("SELECT SUM(groupid IS NULL), SUM(userid IS NULL), SUM(grouprole IS NULL) FROM GroupUser"));
        Assert.Equal((3, 2, 0), await _connection.QuerySingleAsync<(int, int, int)>("SELECT SUM(userid IS NULL), SUM(userid = 1), SUM(message IS NULL) FROM OfflineMessage"));
        await AssertAliceHasBobAsync();
    }

    [Theory]
    [InlineData("INT UNSIGNED", 4_000_000_000)]
    [InlineData("BIGINT", 5_000_000_000)]
    public async Task Ids_of_another_type_keep_their_type_and_their_values(string type, long large)
    {
        await CreateAsync(
            friends: $"userid {type}, friendid {type}", members: $"groupid {type}, userid {type}, grouprole VARCHAR(10)", messages: $"userid {type}, message VARCHAR(500)");
        await _connection.ExecuteAsync(
            """
            INSERT INTO Users VALUES (1, 'alice', '', 'offline'), (2, 'bob', '', 'offline'); INSERT INTO AllGroup VALUES (1, 'g', '');
            INSERT INTO Friends VALUES (1, 2), (@large, @large), (NULL, 1); INSERT INTO GroupUser VALUES (1, 1, 'creator'), (@large, @large, NULL);
            INSERT INTO OfflineMessage VALUES (@large, 'm'), (NULL, 'm');
            """,
            new { large });
        await MigrateAsync();
        Assert.Equal(
            [large, large, large, large, large],
            await _connection.QueryAsync<long>(
                """
                SELECT MAX(userid) FROM Friends UNION ALL SELECT MAX(friendid) FROM Friends UNION ALL SELECT MAX(groupid) FROM GroupUser
                UNION ALL SELECT MAX(userid) FROM GroupUser UNION ALL SELECT MAX(userid) FROM OfflineMessage
                """));
        await AssertAliceHasBobAsync();
        await AssertThreeMessagesFitAsync();
    }

    /// <summary>With rows that were there before the foreign keys, and where the only index for them is one that has to go.</summary>
    [Theory]
    [InlineData("PRIMARY KEY (userid)", "DYNAMIC")]
    [InlineData("UNIQUE KEY one (userid)", "DYNAMIC")]
    [InlineData("UNIQUE KEY one (userid, message(100))", "COMPACT")]
    [InlineData("KEY one (userid, message(100))", "COMPACT")]
    [InlineData("KEY one (userid)", "COMPACT")]
    public async Task Foreign_keys_go_on_to_hold(string key, string format)
    {
        await CreateAsync(
            friends: $"userid INT, friendid INT, {Reference("userid", "Users")}, {Reference("friendid", "Users")}",
            members: $"groupid INT, userid INT, grouprole ENUM('creator', 'normal'), {Reference("groupid", "AllGroup")}, {Reference("userid", "Users")}",
            messages: $"userid INT, message VARCHAR(500), {key}, {Reference("userid", "Users")}",
            options: $"ENGINE = InnoDB ROW_FORMAT = {format} DEFAULT CHARSET = latin1");
        await _connection.ExecuteAsync(
            """
            SET SESSION foreign_key_checks = 0;
            INSERT INTO Users VALUES (1, 'alice', '', 'offline'), (2, 'bob', '', 'offline'); INSERT INTO AllGroup VALUES (1, 'g', '');
            INSERT INTO Friends VALUES (1, 2), (99, 1), (NULL, 1); INSERT INTO GroupUser VALUES (1, 1, 'creator'), (1, 99, NULL), (NULL, 1, NULL);
            INSERT INTO OfflineMessage VALUES (1, 'm'), (99, 'm');
            SET SESSION foreign_key_checks = 1;
            """);
        await MigrateAsync();
        Assert.Equal(5, await _connection.ExecuteScalarAsync<int>("SELECT COUNT(*) FROM information_schema.REFERENTIAL_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = DATABASE()"));
        foreach (var insert in (string[])["Friends VALUES (98, 1)", "GroupUser VALUES (1, 98, '')", "OfflineMessage VALUES (98, '')"])
            Assert.Equal(MySqlErrorCode.NoReferencedRow2, (await Assert.ThrowsAsync<MySqlException>(() => _connection.ExecuteAsync($"INSERT INTO {insert}"))).ErrorCode);
        Assert.Equal((3, 3, 2), await _connection.QuerySingleAsync<(int, int, int)>(
            "SELECT (SELECT COUNT(*) FROM Friends), (SELECT COUNT(*) FROM GroupUser), (SELECT COUNT(*) FROM OfflineMessage)"));
        await AssertAliceHasBobAsync();
        await _connection.ExecuteAsync("DELETE FROM OfflineMessage WHERE userid = 1");
        await AssertThreeMessagesFitAsync();

        static string Reference(string column, string table) => $"FOREIGN KEY ({column}) REFERENCES {table} (id)";
    }

    /// <summary>A rebuilt table has a new creation time, and a new id in the engine.</summary>
    [Fact]
    public async Task A_table_that_needs_nothing_is_not_rebuilt()
    {
        await CreateAsync(friends: "userid BIGINT, friendid BIGINT, UNIQUE KEY (userid, friendid)");
        var before = await IdAsync();
        await MigrateAsync();
        Assert.Equal(before, await IdAsync());

        Task<long> IdAsync() => _connection.ExecuteScalarAsync<long>($"SELECT TABLE_ID FROM information_schema.INNODB_SYS_TABLES WHERE NAME = '{_name}/Friends'");
    }

    [Fact]
    public async Task What_is_wider_than_ours_stays_so()
    {
        await CreateAsync(
            users: "id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(300) UNIQUE, password VARCHAR(600), state VARCHAR(30)",
            groups: "id INT AUTO_INCREMENT PRIMARY KEY, groupname VARCHAR(500), groupdesc VARCHAR(400)",
            members: "groupid INT, userid INT, grouprole VARCHAR(40)",
            messages: "userid INT, message LONGTEXT");
        await _connection.ExecuteAsync(
            """
            INSERT INTO Users VALUES (1, REPEAT('Ä', 300), REPEAT('p', 600), REPEAT('s', 30));
            INSERT INTO AllGroup VALUES (1, REPEAT('g', 500), REPEAT('d', 400)); INSERT INTO GroupUser VALUES (1, 1, REPEAT('r', 40));
            """);
        await MigrateAsync();
        Assert.Equal(
            [
                "groupdesc varchar(400)", "groupfold varchar(255)", "groupkey varchar(500)", "groupname varchar(500)", "grouprole varchar(40)", "message longtext",
                "name varchar(300)", "namefold varchar(255)", "namekey varchar(300)", "password varchar(600)", "state varchar(30)",
            ],
            await TypesAsync());
        Assert.Equal(1, (await new Accounts(Open()).FindAsync(new string('ä', 300)))?.Id);
    }

    [Fact]
    public async Task Text_stays_text_and_what_is_narrower_is_widened()
    {
        await CreateAsync(
            users: "id INT AUTO_INCREMENT PRIMARY KEY, name TEXT, password TINYTEXT, state TEXT, UNIQUE KEY (name(50))",
            groups: "id INT AUTO_INCREMENT PRIMARY KEY, groupname TINYTEXT, groupdesc TEXT",
            members: "groupid INT, userid INT, grouprole CHAR(7)",
            messages: "userid INT, message TEXT, KEY (message(50)), FULLTEXT KEY words (message)");
        await _connection.ExecuteAsync(
            """
            INSERT INTO Users VALUES (1, 'Ärger', REPEAT('é', 255), NULL), (2, NULL, NULL, NULL);
            INSERT INTO AllGroup VALUES (1, REPEAT('é', 255), REPEAT('é', 65535)), (2, NULL, NULL);
            INSERT INTO OfflineMessage VALUES (1, REPEAT('é', 65535));
            """);
        await MigrateAsync();
        Assert.Equal(
            [
                "groupdesc mediumtext", "groupfold varchar(255)", "groupkey varchar(768)", "groupname mediumtext", "grouprole varchar(20)", "message mediumtext",
                "name mediumtext", "namefold varchar(255)", "namekey varchar(768)", "password mediumtext", "state mediumtext",
            ],
            await TypesAsync());
        Assert.Equal(
            (255, 255, 65535, 65535), await _connection.QuerySingleAsync<(int, int, int, int)>(
                "SELECT CHAR_LENGTH(password), CHAR_LENGTH(groupname), CHAR_LENGTH(groupdesc), CHAR_LENGTH(message) FROM Users u, AllGroup g, OfflineMessage WHERE u.id = 1 AND g.id = 1"));
        Assert.Equal(["OfflineMessage_once", "OfflineMessage_order", "PRIMARY", "words"], await _connection.QueryAsync<string>(Keys));
        var accounts = new Accounts(Open());
        Assert.Equal(1, (await accounts.FindAsync("ärger"))?.Id);
        Assert.Equal(3, await accounts.RegisterAsync("carol", ""));
        Assert.Equal(["offline", "offline", "offline"], await _connection.QueryAsync<string>("SELECT state FROM Users"));
    }

    [Theory]
    [InlineData("userid INT NOT NULL, message VARCHAR(500), PRIMARY KEY (userid)")]
    [InlineData("userid INT NOT NULL, message VARCHAR(500), PRIMARY KEY (userid, message)")]
    [InlineData("userid INT, message VARCHAR(500), UNIQUE KEY (userid)")]
    [InlineData("userid INT, message VARCHAR(500), UNIQUE KEY (message, userid), UNIQUE KEY `a``b` (userid, message(20)), KEY (message)")]
    [InlineData("my_row_id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT INVISIBLE PRIMARY KEY, userid INT, message VARCHAR(500), UNIQUE KEY (userid)")]
    public async Task No_key_costs_a_message(string messages)
    {
        await CreateAsync(messages: messages);
        await _connection.ExecuteAsync("INSERT INTO OfflineMessage VALUES (7, 'first'), (3, 'second')");
        await MigrateAsync();
        Assert.Equal(["OfflineMessage_once", "OfflineMessage_order", "PRIMARY"], await _connection.QueryAsync<string>(Keys));
        Assert.Equal(
            ["userid", "message", "id", "a", "b", "seq", "cmid", "ts"], await _connection.QueryAsync<string>(
                "SELECT COLUMN_NAME FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'OfflineMessage' ORDER BY ORDINAL_POSITION"));
        Assert.Equal(2, await _connection.ExecuteScalarAsync<int>("SELECT COUNT(*) FROM OfflineMessage WHERE (userid, message) IN ((7, 'first'), (3, 'second'))"));
        await _connection.ExecuteAsync("INSERT INTO OfflineMessage VALUES (7, 'first'), (7, 'first')");
        await AssertThreeMessagesFitAsync();
    }

    [Fact]
    public async Task A_generated_key_hands_on_its_order()
    {
        await CreateAsync(messages: "my_row_id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT INVISIBLE PRIMARY KEY, userid INT, message VARCHAR(500)");
        await _connection.ExecuteAsync("INSERT INTO OfflineMessage (my_row_id, userid, message) VALUES (30, 1, 'c'), (10, 1, 'a'), (20, 1, 'b')");
        await MigrateAsync();
        Assert.Equal(["a", "b", "c"], await _connection.QueryAsync<string>("SELECT message FROM OfflineMessage ORDER BY id"));
    }

    /// <summary>MariaDB's word for what MySQL calls sql_require_primary_key.</summary>
    [Fact]
    public async Task A_server_that_wants_primary_keys_everywhere_takes_each_step()
    {
        await using var server = await MariaDbServer.StartNewAsync("--innodb-force-primary-key=ON");
        foreach (var messages in (string[])["", "CREATE TABLE OfflineMessage (userid INT PRIMARY KEY, message VARCHAR(500)) ENGINE = InnoDB", "CREATE TABLE OfflineMessage (userid INT, message VARCHAR(500)) ENGINE = MyISAM"])
        {
            var name = await server.CreateDatabaseAsync();
            if (messages.Length > 0)
                await server.ExecuteAsync(messages, name);
            await using var chat = new MySqlDatabase(server.ConnectionString(name), NullLogger<MySqlDatabase>.Instance);
            await chat.MigrateAsync();
        }
    }

    /// <summary>The legacy tables, some of them with other columns.</summary>
    async Task CreateAsync(
        string users = "id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(50), password VARCHAR(50), state ENUM('online', 'offline')",
        string friends = "userid INT, friendid INT",
        string groups = "id INT AUTO_INCREMENT PRIMARY KEY, groupname VARCHAR(50), groupdesc VARCHAR(200)",
        string members = "groupid INT, userid INT, grouprole ENUM('creator', 'normal')",
        string messages = "userid INT, message VARCHAR(500)",
        string options = "ENGINE = InnoDB DEFAULT CHARSET = latin1") => await _connection.ExecuteAsync(
        $"""
        CREATE TABLE Users ({users}) {options}; CREATE TABLE Friends ({friends}) {options}; CREATE TABLE AllGroup ({groups}) {options};
        CREATE TABLE GroupUser ({members}) {options}; CREATE TABLE OfflineMessage ({messages}) {options}
        """);

    MySqlDatabase Open() => new(_server.ConnectionString(_name), NullLogger<MySqlDatabase>.Instance);

    async Task MigrateAsync()
    {
        await using var chat = Open();
        await chat.MigrateAsync();
        var once = await SchemaScripts.DescribeAsync(_connection);
        await _connection.ExecuteAsync("DELETE FROM SchemaVersions");
        await chat.MigrateAsync(); // as after a crash at the very end
        Assert.Equal(once, await SchemaScripts.DescribeAsync(_connection));
    }

    async Task<IEnumerable<string>> TypesAsync() => await _connection.QueryAsync<string>(
        """
        SELECT CONCAT(COLUMN_NAME, ' ', COLUMN_TYPE) FROM information_schema.COLUMNS
        WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME IN ('Users', 'AllGroup', 'GroupUser', 'OfflineMessage') AND CHARACTER_SET_NAME = 'utf8mb4' AND IS_NULLABLE = IF(COLUMN_NAME LIKE '%key' OR COLUMN_NAME LIKE '%fold', 'YES', 'NO')
        ORDER BY COLUMN_NAME
        """);

    async Task AssertAliceHasBobAsync()
    {
        await using var chat = Open();
        var (friends, groups) = await new ContactLists(chat).OfUserAsync(1);
        Assert.Equal(["bob"], friends.Select(friend => friend.Name));
        Assert.Equal(["alice"], Assert.Single(groups).Members.Select(member => member.Name));
        Assert.Contains(1, (await new ContactStore(chat).MembersAsync([1]))[1]);
    }

    async Task AssertThreeMessagesFitAsync()
    {
        await using var chat = Open();
        var store = new OfflineStore(chat, TimeProvider.System, NullLogger<OfflineStore>.Instance);
        var body = Encoding.UTF8.GetBytes("""{"msg":"m"}""");
        await store.InsertAsync([.. Enumerable.Range(1, 3).Select(i => new OfflineRow(2, ConversationId.Direct(1, 2), i, $"c{i}", i, body))]);
        Assert.Equal([1, 2, 3], (await store.ReadAsync(2, 0, 100)).Select(row => row.Seq));
    }
}
