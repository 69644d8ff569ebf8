using System.Data.Common;

namespace Chat.Node.Storage.MySql;

/// <summary>
/// A statement that is to be a transaction by itself asks the server whether it is one: in an open transaction it would be
/// answered and not be committed. Part of the statement, because a question of its own would cost a round trip.
/// </summary>
static class MySqlGuard
{
    /// <summary>An error that none of our values can cause (1690, out of range), in every sql_mode.</summary>
    const string Refusal = "9223372036854775807 + 1";

    /// <summary>Only MariaDB tells about transactions that were begun by a statement.</summary>
    const string OfMariaDb = $"IF(@@autocommit = 1 AND @@in_transaction = 0, 0, {Refusal})";

    const string OfMySql = $"IF(@@autocommit = 1, 0, {Refusal})";

    /// <summary>A number to add to a value: zero, or an error that takes the statement back.</summary>
    public static string For(DbConnection connection) => IsMariaDb(connection) ? OfMariaDb : OfMySql;

    static bool IsMariaDb(DbConnection connection) => connection.ServerVersion.Contains("MariaDB", StringComparison.OrdinalIgnoreCase);
}
