using System.Data.Common;
using Dapper;

namespace Chat.Node.Storage.MySql;

/// <summary>
/// A locked row keeps nobody away who works on another server of a Galera cluster. There whoever locks something writes a row for it
/// too: of two that do so at once the second one is refused at its commit, and repeated.
/// </summary>
static class GaleraTurns
{
    const string Table =
        """
        CREATE TABLE IF NOT EXISTS WriteTurn (
            kind TINYINT NOT NULL,
            a BIGINT NOT NULL,
            b BIGINT NOT NULL,
            n BIGINT NOT NULL,
            PRIMARY KEY (kind, a, b)
        ) ENGINE = InnoDB
        """;

    public const string OfConversation = "INSERT INTO WriteTurn (kind, a, b, n) VALUES (1, @A, @B, 0) ON DUPLICATE KEY UPDATE n = n + 1;\n";
    public const string OfUser = "INSERT INTO WriteTurn (kind, a, b, n) VALUES (2, @userId, 0, 0) ON DUPLICATE KEY UPDATE n = n + 1;\n";
    public const string OfGroup = "INSERT INTO WriteTurn (kind, a, b, n) VALUES (3, @groupId, 0, 0) ON DUPLICATE KEY UPDATE n = n + 1;\n";
    public const string OfUserName = "INSERT INTO WriteTurn (kind, a, b, n) VALUES (4, CRC32(@key), 0, 0) ON DUPLICATE KEY UPDATE n = n + 1;\n";
    public const string OfGroupName = "INSERT INTO WriteTurn (kind, a, b, n) VALUES (5, CRC32(@key), 0, 0) ON DUPLICATE KEY UPDATE n = n + 1;\n";

    public static async Task<bool> AreThereAsync(DbConnection connection) => await connection.ExecuteScalarAsync<long>(
        "SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'WriteTurn'") > 0;

    public static Task MakeTableAsync(DbConnection connection) => connection.ExecuteAsync(Table);
}
