using Chat.Checker.Processes;
using Dapper;
using MySqlConnector;
using Xunit;

namespace Chat.SystemTests.Support;

public sealed class MariaDbServerTests
{
    [Fact]
    public async Task What_was_committed_is_there_after_a_kill()
    {
        await using var server = await MariaDbServer.StartNewAsync();
        var database = await server.CreateDatabaseAsync();
        await server.ExecuteAsync("CREATE TABLE t (x INT); INSERT INTO t VALUES (7)", database);
        await server.KillAsync();
        await Assert.ThrowsAsync<MySqlException>(() => server.ExecuteAsync("SELECT 1"));
        await server.StartAsync();
        await using var connection = await server.OpenAsync(database);
        Assert.Equal(7, await connection.ExecuteScalarAsync<int>("SELECT x FROM t"));
    }
}
