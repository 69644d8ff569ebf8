using System.Globalization;
using System.Text;
using MySqlConnector;

namespace Chat.SystemTests.Bridge;

/// <summary>A row of Users; <c>default</c> has the id -1, and is what they take for one that is not there.</summary>
sealed record LegacyUser(int Id, byte[] Name, byte[] Password, byte[] State)
{
    public static readonly LegacyUser Nobody = new(-1, [], [], [.. "offline"u8]);

    public bool IsOnline => State.AsSpan().SequenceEqual("online"u8);
}

/// <summary>A row of AllGroup.</summary>
sealed record LegacyGroup(int Id, byte[] Name, byte[] Description);

/// <summary>A member of a group.</summary>
sealed record LegacyMember(int Id, byte[] Name, byte[] State, byte[] Role);

/// <summary>
/// The statements of a legacy server, as it issues them: each on a connection of its own that it declares to be gbk, put
/// together in 1024 bytes without escaping anything, and without a look at what failed. So a text with a quote is lost, one
/// with a backslash loses it, and a longer one is lost.
/// </summary>
/// <remarks>
/// The gbk is real: the driver sends a statement in UTF-8, and <c>set names gbk</c> makes the database take it for gbk, as there.
/// Three things are not theirs. A statement is text here, so a payload that is no UTF-8 reaches the database changed. Several
/// statements in one (by a text that breaks out of its quotes) run here, and are an error there. And a statement that does not
/// fit is cut; there, it is written over the end of the buffer, and what becomes of that is anyone's guess.
/// </remarks>
sealed class LegacyDatabase(string connectionString)
{
    const int BufferBytes = 1024;

    readonly string _connectionString = new MySqlConnectionStringBuilder(connectionString) { Pooling = false, AllowUserVariables = true }.ConnectionString;

    /// <summary>The process has ended: nothing is sent to the database any more.</summary>
    volatile bool _hasEnded;

    public void End() => _hasEnded = true;

    /// <summary>The new id; null if the name is taken, or something failed.</summary>
    public Task<int?> InsertUserAsync(string name, string password) =>
        InsertAsync($"insert into Users(name, password, state) values('{name}','{password}','offline')");

    public async Task<LegacyUser> FindUserAsync(int id) =>
        await QueryAsync($"select * from Users where id = {id}") is [var row, ..] ? new LegacyUser(Id(row[0]), row[1], row[2], row[3]) : LegacyUser.Nobody;

    public Task SetStateAsync(int id, string state) => ExecuteAsync($"update Users set state = '{state}' where id = {id}");

    public Task SetAllOfflineAsync() => ExecuteAsync("update Users set state = 'offline' where state = 'online'");

    public Task InsertFriendAsync(int userId, int friendId) => ExecuteAsync($"insert into Friends values('{userId}','{friendId}')");

    public async Task<List<LegacyUser>> FriendsOfAsync(int userId) =>
        [.. (await QueryAsync($"select a.id,a.name,a.state from Users a inner join Friends b on b.friendid = a.id where b.userid = {userId}"))
            .Select(row => new LegacyUser(Id(row[0]), row[1], [], row[2]))];

    public Task<int?> InsertGroupAsync(string name, string description) =>
        InsertAsync($"insert into AllGroup(groupname, groupdesc) values('{name}','{description}')");

    public Task InsertMemberAsync(int groupId, int userId, string role) => ExecuteAsync($"insert into GroupUser values({groupId}, {userId}, '{role}')");

    public async Task<List<LegacyGroup>> GroupsOfAsync(int userId) =>
        [.. (await QueryAsync($"select a.id,a.groupname,a.groupdesc from AllGroup a inner join GroupUser b on a.id = b.groupid where b.userid = {userId}"))
            .Select(row => new LegacyGroup(Id(row[0]), row[1], row[2]))];

    public async Task<List<LegacyMember>> MembersOfAsync(int groupId) =>
        [.. (await QueryAsync($"select a.id,a.name,a.state,b.grouprole from Users a inner join GroupUser b on b.userid = a.id where b.groupid = {groupId}"))
            .Select(row => new LegacyMember(Id(row[0]), row[1], row[2], row[3]))];

    public async Task<List<int>> OthersInGroupAsync(int groupId, int userId) =>
        [.. (await QueryAsync($"select userid from GroupUser where groupid = {groupId} and userid != {userId}")).Select(row => Id(row[0]))];

    /// <summary>Whether it is there now; they do not look.</summary>
    public async Task<bool> InsertOfflineAsync(int userId, string message) =>
        await ExecuteAsync($"insert into OfflineMessage values('{userId}','{message}')") == 1;

    public async Task<List<byte[]>> OfflineOfAsync(int userId) =>
        [.. (await QueryAsync($"select message from OfflineMessage where userid = {userId}")).Select(row => row[0])];

    public Task DeleteOfflineAsync(int userId) => ExecuteAsync($"delete from OfflineMessage where userid = {userId}");

    async Task<int?> InsertAsync(string sql)
    {
        int? id = null;
        await RunAsync(sql, async command =>
        {
            await command.ExecuteNonQueryAsync();
            id = (int)command.LastInsertedId;
        });
        return id;
    }

    async Task<int> ExecuteAsync(string sql)
    {
        var rows = 0;
        await RunAsync(sql, async command => rows = await command.ExecuteNonQueryAsync());
        return rows;
    }

    async Task<List<byte[][]>> QueryAsync(string sql)
    {
        var rows = new List<byte[][]>();
        await RunAsync(sql, async command =>
        {
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
                rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(column => Bytes(reader, column))]);
        });
        return rows;
    }

    async Task RunAsync(string sql, Func<MySqlCommand, Task> run)
    {
        if (_hasEnded)
            return;
        try
        {
            await using var connection = new MySqlConnection(_connectionString);
            await connection.OpenAsync();
            await using var names = new MySqlCommand("set names gbk", connection);
            await names.ExecuteNonQueryAsync();
            await using var command = new MySqlCommand(Printed(sql), connection);
            await run(command);
        }
        catch (MySqlException e)
        {
            _ = e; // they log it, and go on as if nothing had been
        }
    }

    /// <summary>What <c>sprintf</c> leaves of it: up to a NUL, and no more than the buffer holds.</summary>
    static string Printed(string sql)
    {
        var end = sql.IndexOf('\0', StringComparison.Ordinal);
        var bytes = Encoding.UTF8.GetBytes(end < 0 ? sql : sql[..end]);
        return bytes.Length < BufferBytes ? Encoding.UTF8.GetString(bytes) : Encoding.UTF8.GetString(bytes, 0, BufferBytes - 1);
    }

    /// <summary>What the database sends, in gbk.</summary>
    static byte[] Bytes(MySqlDataReader reader, int column)
    {
        if (reader.IsDBNull(column))
            throw new LegacyAbortException("NULL in a row");
        if (reader.GetFieldType(column) != typeof(string))
            return Encoding.ASCII.GetBytes(Convert.ToString(reader.GetValue(column), CultureInfo.InvariantCulture)!);
        var bytes = new byte[reader.GetBytes(column, 0, null, 0, 0)];
        reader.GetBytes(column, 0, bytes, 0, bytes.Length);
        return bytes;
    }

    static int Id(byte[] text) => int.Parse(text, CultureInfo.InvariantCulture);
}
