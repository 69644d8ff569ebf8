using System.Data.Common;
using Chat.Node.Telemetry;
using Dapper;

namespace Chat.Node.Storage.MySql;

/// <summary>Checks what a session cannot set: settings of the whole server, and tables that others have made.</summary>
static class MySqlServerCheck
{
    /// <summary>The most bytes that a body has beside its text.</summary>
    const int Envelope = 1024;

    /// <summary>Whether it is one of a Galera cluster.</summary>
    /// <exception cref="StorageException">The server cannot keep what is acknowledged.</exception>
    public static async Task<bool> RunAsync(DbConnection connection, PacketLimit limit, int largestFrame, bool areSeveral, ILogger logger)
    {
        var needed = PacketLimit.Needed(largestFrame + Envelope);
        if (limit.Packet < needed)
            Log.PacketTooSmall(logger, limit.Packet, limit.LargestBody, needed);
        var tables = (await connection.QueryAsync<string>(
            """
            SELECT CONCAT(t.TABLE_NAME, ' (', t.ENGINE, ')') FROM information_schema.TABLES t
            JOIN information_schema.ENGINES e ON e.ENGINE = t.ENGINE
            WHERE t.TABLE_SCHEMA = DATABASE() AND COALESCE(e.TRANSACTIONS, 'NO') <> 'YES' AND t.TABLE_NAME IN @OwnTables
            """,
            new { OwnTables = SchemaAge.Tables(MySqlMigrations.Scripts) })).AsList();
        if (tables.Count > 0)
            throw new StorageException($"these tables know no transactions: {string.Join(", ", tables)}; ALTER TABLE … ENGINE = InnoDB");
        var flush = await connection.ExecuteScalarAsync<int>("SELECT @@innodb_flush_log_at_trx_commit");
        if (flush is 0 or 2)
            Log.CommitsAreNotSynced(logger, flush);
        var shown = await Replication.ShowAsync(connection);
        if (Replication.Risk(shown, areSeveral) is { } risk)
            DatabaseLog.ReplicationMayLose(logger, risk);
        return Replication.IsGalera(shown);
    }

    /// <summary>Before the scripts: they have to fit too.</summary>
    /// <exception cref="StorageException">The server takes no statement of the size that we need.</exception>
    public static void CheckPacket(PacketLimit limit)
    {
        if (limit.Packet < PacketLimit.Least)
            throw new StorageException($"max_allowed_packet of the database's server is {limit.Packet}: {PacketLimit.Least} or more is needed");
    }
}
