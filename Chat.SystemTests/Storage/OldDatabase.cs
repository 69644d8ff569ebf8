using Chat.Checker.Processes;
using Chat.Node.Storage.MySql;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using MySqlConnector;

namespace Chat.SystemTests.Storage;

/// <summary>How old a database is.</summary>
public enum OldStyle
{
    /// <summary>MyISAM, latin1, rows of fixed length; messages are cut off.</summary>
    MyIsam,

    /// <summary>InnoDB, three-byte UTF-8; nothing has a key that it does not need, and long messages fit.</summary>
    InnoDb,

    /// <summary>InnoDB in its oldest format, names are unique, and a user can have one queued message.</summary>
    OneMessageEach,
}

/// <summary>A database as other servers of the family left it, with everything in it that should not be.</summary>
sealed class OldDatabase(MariaDbServer server, string name, OldStyle style) : IAsyncDisposable
{
    public const string LongPassword = "eve's password is exactly fifty characters long ..";

    public static readonly string[] Tables = ["Users", "Friends", "AllGroup", "GroupUser", "OfflineMessage"];

    static readonly string LongText = string.Concat(Enumerable.Range(0, 140).Select(i => $"{i:000}, "));

    public string ConnectionString { get; } = server.ConnectionString(name);

    /// <summary>latin1 holds no text that went through a connection of theirs.</summary>
    public bool HasMojibake => style != OldStyle.MyIsam;

    public bool HasDuplicateNames => style != OldStyle.OneMessageEach;

    /// <summary>The texts that user 1 is to get.</summary>
    public string[] Texts => style switch
    {
        OldStyle.MyIsam => ["hello", "to all", "last"],
        OldStyle.InnoDb => ["hello", "你好", "to all", LongText, "last"],
        _ => ["hello"],
    };

    /// <summary>How many of user 1's messages nobody can read.</summary>
    public int BadMessages => style switch
    {
        OldStyle.MyIsam => 6,
        OldStyle.InnoDb => 5,
        _ => 0,
    };

    public static async Task<OldDatabase> CreateAsync(OldStyle style)
    {
        var server = await MariaDbServer.SharedAsync();
        var database = new OldDatabase(server, await server.CreateDatabaseAsync(), style);
        await using var connection = await database.OpenAsync();
        await connection.ExecuteAsync("SET SESSION sql_mode = ''");
        await connection.ExecuteAsync(database.Schema());
        await database.FillAsync(connection);
        return database;
    }

    public static async Task<OldDatabase> CreateMigratedAsync(OldStyle style)
    {
        var database = await CreateAsync(style);
        await database.MigrateAsync();
        return database;
    }

    public async Task MigrateAsync()
    {
        await using var chat = new MySqlDatabase(ConnectionString, NullLogger<MySqlDatabase>.Instance);
        await chat.MigrateAsync();
    }

    /// <summary>Rows that belong to nobody, where the keys allow them.</summary>
    public async Task AddRowsWithoutIdsAsync()
    {
        await using var connection = await OpenAsync();
        await connection.ExecuteAsync("INSERT INTO Friends VALUES (NULL, 1), (NULL, 1), (1, NULL); INSERT INTO GroupUser VALUES (NULL, 1, NULL), (1, NULL, NULL)");
        if (style != OldStyle.OneMessageEach)
            await connection.ExecuteAsync("INSERT INTO OfflineMessage VALUES (NULL, NULL), (NULL, NULL)");
    }

    public Task<MySqlConnection> OpenAsync() => server.OpenAsync(name);

    /// <summary>
    /// A connection as the legacy servers open it. Its statements are sent as UTF-8, which the server takes for gbk, and what
    /// it sends as gbk is read as UTF-8: exactly what happens there.
    /// </summary>
    public async Task<MySqlConnection> OpenAsLegacyAsync()
    {
        var connection = await OpenAsync();
        await connection.ExecuteAsync("set names gbk");
        return connection;
    }

    public async Task<Dictionary<string, long>> CountAsync()
    {
        await using var connection = await OpenAsync();
        var counts = new Dictionary<string, long>();
        foreach (var table in Tables)
            counts[table] = await connection.ExecuteScalarAsync<long>($"SELECT COUNT(*) FROM {table}");
        return counts;
    }

    public async ValueTask DisposeAsync() => await server.ExecuteAsync($"DROP DATABASE {name}");

    string Schema()
    {
        var (engine, text) = style switch
        {
            OldStyle.MyIsam => ("ENGINE = MyISAM ROW_FORMAT = FIXED", "DEFAULT CHARSET = latin1 COLLATE = latin1_bin"),
            OldStyle.InnoDb => ("ENGINE = InnoDB", "DEFAULT CHARSET = utf8mb3 COLLATE = utf8mb3_bin"),
            _ => ("ENGINE = InnoDB ROW_FORMAT = COMPACT", "DEFAULT CHARSET = utf8mb3"),
        };
        var (nameKey, messageKey, messageLength) = style switch
        {
            OldStyle.MyIsam => ("", ", KEY (userid)", 500),
            OldStyle.InnoDb => ("", "", 2000),
            _ => (", UNIQUE KEY name (name)", ", PRIMARY KEY (userid)", 500),
        };
        return $"""
            CREATE TABLE Users (id INT(11) NOT NULL AUTO_INCREMENT, name VARCHAR(50) DEFAULT NULL, password VARCHAR(50) DEFAULT NULL,
                state ENUM('online', 'offline') DEFAULT NULL, PRIMARY KEY (id){nameKey}) {engine} {text};
            CREATE TABLE Friends (userid INT(11) DEFAULT NULL, friendid INT(11) DEFAULT NULL, KEY (userid), KEY (friendid)) {engine} {text};
            CREATE TABLE AllGroup (id INT(11) NOT NULL AUTO_INCREMENT, groupname VARCHAR(50) DEFAULT NULL, groupdesc VARCHAR(200) DEFAULT NULL,
                PRIMARY KEY (id)) {engine} {text};
            CREATE TABLE GroupUser (groupid INT(11) DEFAULT NULL, userid INT(11) DEFAULT NULL,
                grouprole ENUM('creator', 'normal') DEFAULT NULL, KEY (groupid)) {engine} {text};
            CREATE TABLE OfflineMessage (userid INT(11){(messageKey.Contains("PRIMARY", StringComparison.Ordinal) ? " NOT NULL" : " DEFAULT NULL")},
                message VARCHAR({messageLength}) DEFAULT NULL{messageKey}) {engine} {text}
            """;
    }

    async Task FillAsync(MySqlConnection connection)
    {
        await using var legacy = await OpenAsLegacyAsync();
        await legacy.ExecuteAsync("SET SESSION sql_mode = ''");
        await connection.ExecuteAsync(
            $"""
            INSERT INTO Users VALUES (1, 'alice', 'secret1', 'online'), (4, 'dave', '', NULL), (5, NULL, NULL, NULL), (6, 'user5', 'secret6', 'offline'), (7, 'eve', '{LongPassword.Replace("'", "''", StringComparison.Ordinal)}', '');
            INSERT INTO Friends VALUES (1, 4), (1, 3), (1, 3), (1, 99);
            INSERT INTO GroupUser VALUES (1, 1, 'normal'), (1, 1, 'creator'), (1, 7, NULL), (1, 99, 'normal'), (2, 1, NULL), (77, 1, 'normal');
            """);
        if (HasDuplicateNames)
            await connection.ExecuteAsync("INSERT INTO Users VALUES (2, 'ALICE', 'secret2', 'offline')");
        await (HasMojibake ? legacy : connection).ExecuteAsync(
            HasMojibake ? "INSERT INTO Users VALUES (3, '你好', '密码', 'offline')" : "INSERT INTO Users VALUES (3, 'café', 'piña', 'offline')");
        await (HasMojibake ? legacy : connection).ExecuteAsync(
            HasMojibake ? "INSERT INTO AllGroup VALUES (1, '朋友', NULL), (2, 'g2', '描述'), (3, NULL, NULL)" : "INSERT INTO AllGroup VALUES (1, 'amis', NULL), (2, 'g2', 'été'), (3, NULL, NULL)");
        foreach (var (userId, message) in Messages())
            await legacy.ExecuteAsync("INSERT INTO OfflineMessage VALUES (@userId, @message)", new { userId, message });
    }

    IEnumerable<(int UserId, string? Message)> Messages()
    {
        yield return (1, Direct("hello"));
        if (style != OldStyle.OneMessageEach)
        {
            if (HasMojibake)
                yield return (1, Direct("你好"));
            yield return (1, null);
            yield return (1, "");
            yield return (1, Direct("cut off")[..20]);
            yield return (1, """{"groupid":1,"id":7,"msg":"to all","msgid":10,"name":"eve","time":"2020-01-01 00:00:00"}""");
            yield return (1, "no JSON");
            yield return (1, """{"friendid":1,"id":3,"msgid":7}""");
            yield return (1, Direct(LongText));
            yield return (1, Direct("last"));
        }

        yield return (99, Direct("to nobody that is there"));
    }

    static string Direct(string text) => $$"""{"id":3,"msg":"{{text}}","msgid":6,"name":"bob","time":"2020-01-01 00:00:00","toid":1}""";
}
