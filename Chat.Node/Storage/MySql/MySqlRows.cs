using System.Collections.Concurrent;
using System.Data.Common;
using System.Text;
using MySqlConnector;

namespace Chat.Node.Storage.MySql;

/// <summary>An INSERT with many rows.</summary>
/// <param name="Head">Up to and with VALUES.</param>
/// <param name="Columns">The types of a row's values; said for each, because the driver would look long for each.</param>
/// <param name="Tail">What follows the rows.</param>
sealed record MySqlRows(string Head, MySqlDbType[] Columns, string Tail = "")
{
    /// <summary>A prepared statement costs the server some hundred bytes for each parameter, on each connection.</summary>
    public const int MostPrepared = 128;

    readonly ConcurrentDictionary<int, string> _texts = new();

    /// <summary>Takes the values of the rows, one after the other.</summary>
    public readonly struct Values(MySqlCommand command, MySqlDbType[] columns)
    {
        public void Add(object? value) => command.Parameters.Add(
            new MySqlParameter { MySqlDbType = columns[command.Parameters.Count % columns.Length], Value = value ?? DBNull.Value });
    }

    /// <summary>
    /// Executes the statement for some rows, prepared if they are few enough: the server then need not read the text, which is
    /// a third of its work.
    /// </summary>
    public async Task<int> ExecuteAsync<T>(DbConnection connection, DbTransaction? transaction, IReadOnlyCollection<T> rows, Action<Values, T> bind)
    {
        await using var command = new MySqlCommand(
            rows.Count <= MostPrepared ? _texts.GetOrAdd(rows.Count, TextOf) : TextOf(rows.Count), (MySqlConnection)connection, (MySqlTransaction?)transaction);
        var values = new Values(command, Columns);
        foreach (var row in rows)
            bind(values, row);
        if (rows.Count <= MostPrepared)
            await PrepareAsync(command);
        return await command.ExecuteNonQueryAsync();
    }

    static async Task PrepareAsync(MySqlCommand command)
    {
        try
        {
            await command.PrepareAsync(); // the driver remembers it for each connection
        }
        catch (MySqlException e) when (e.ErrorCode == MySqlErrorCode.MaxPreparedStatementCountReached)
        {
            // The server has too many of them: it reads the text then.
        }
    }

    string TextOf(int rows)
    {
        var row = $"({string.Join(',', Enumerable.Repeat('?', Columns.Length))})";
        var text = new StringBuilder(Head, Head.Length + rows * (row.Length + 1) + Tail.Length);
        for (var i = 0; i < rows; i++)
            text.Append(i == 0 ? ' ' : ',').Append(row);
        return text.Append(Tail).ToString();
    }
}
