using System.Data.Common;
using System.Text;
using Chat.Checker.Checking;
using Chat.Checker.Population;
using Chat.Checker.Processes;
using Chat.Protocol;

namespace Chat.Checker;

/// <summary>Reads the log of a run from its table, past every node.</summary>
static class LogReader
{
    const int TimeoutSeconds = 600;

    public static async Task<long> CountAsync(IRunDatabase database)
    {
        await using var connection = await database.OpenAsync();
        await using var command = Command(connection, "SELECT COUNT(*) FROM MessageLog");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    public static async Task<List<LoggedMessage>> ReadAsync(IRunDatabase database)
    {
        var log = new List<LoggedMessage>();
        var frame = new ServerFrame();
        await using var connection = await database.OpenAsync();
        await using var command = Command(connection, "SELECT a, b, seq, sender, cmid, ts, body FROM MessageLog ORDER BY a, b, seq");
        await using var rows = await command.ExecuteReaderAsync();
        while (await rows.ReadAsync())
        {
            FrameParser.Parse(Bytes(rows[6]), frame);
            var cmid = Encoding.UTF8.GetString(Bytes(rows[4]));
            // A modern client's cmid names the same message as the text; that of a legacy client's session says nothing.
            var isTorn = !cmid.StartsWith('~') && cmid != $"c{frame.Number}";
            log.Add(new LoggedMessage(
                ConversationId.FromStored(rows.GetInt32(0), rows.GetInt32(1)), rows.GetInt64(2), isTorn ? -1 : frame.Number, rows.GetInt32(3), rows.GetInt64(5)));
        }

        return log;
    }

    /// <summary>SQLite has some of it as text.</summary>
    static byte[] Bytes(object value) => value as byte[] ?? Encoding.UTF8.GetBytes((string)value);

    static DbCommand Command(DbConnection connection, string sql)
    {
        var command = connection.CreateCommand();
        (command.CommandText, command.CommandTimeout) = (sql, TimeoutSeconds);
        return command;
    }
}
