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
    public const int MaxPrepared = 128;

    readonly ConcurrentDictionary<(int Rows, string? Guard), string> _texts = new();

    /// <summary>Takes the values of the rows, one after the other.</summary>
    public readonly struct Values(MySqlCommand command, MySqlDbType[] columns)
    {
        public void Add(object? value) => command.Parameters.Add(
            new MySqlParameter { MySqlDbType = columns[command.Parameters.Count % columns.Length], Value = value ?? DBNull.Value });
    }

    /// <summary>
    /// Executes the statement for some rows, prepared if they are few enough: the server then need not read the text, which is
    /// a third of its work. Without a transaction it is one by itself, and the server refuses it if it is not (<see cref="MySqlGuard"/>).
    /// </summary>
    public async Task<int> ExecuteAsync<T>(DbConnection connection, DbTransaction? transaction, IReadOnlyCollection<T> rows, Action<Values, T> bind)
    {
        var key = (rows.Count, transaction is null ? MySqlGuard.For(connection) : null);
        await using var command = new MySqlCommand(
            rows.Count <= MaxPrepared ? _texts.GetOrAdd(key, TextOf) : TextOf(key), (MySqlConnection)connection, (MySqlTransaction?)transaction);
        var values = new Values(command, Columns);
        foreach (var row in rows)
            bind(values, row);
        if (rows.Count <= MaxPrepared)
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

    string TextOf((int Rows, string? Guard) key)
    {
        var more = string.Concat(Enumerable.Repeat(",?", Columns.Length - 1));
        var row = $"(?{more})";
        var text = new StringBuilder(Head, Head.Length + key.Rows * (row.Length + 1) + Tail.Length);
        for (var i = 0; i < key.Rows; i++)
            text.Append(i == 0 ? ' ' : ',').Append(i == 0 && key.Guard is { } guard ? $"(? + {guard}{more})" : row);
        return text.Append(Tail).ToString();
    }
}
