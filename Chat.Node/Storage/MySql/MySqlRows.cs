using System.Collections.Concurrent;
using System.Data.Common;
using System.Text;
using MySqlConnector;

namespace Chat.Node.Storage.MySql;

/// <summary>The text and the parameters of an INSERT with many rows.</summary>
/// <param name="Head">Up to and with VALUES.</param>
/// <param name="Tail">What follows the rows.</param>
/// <param name="Columns">Values in a row.</param>
sealed record MySqlRows(string Head, int Columns, string Tail = "")
{
    /// <summary>A prepared statement costs the server some hundred bytes for each parameter, on each connection.</summary>
    public const int MostPrepared = 128;

    readonly ConcurrentDictionary<int, string> _texts = new();

    /// <summary>The statement for so many rows.</summary>
    public string Text(int rows) => _texts.GetOrAdd(rows, Build);

    /// <summary>
    /// Executes the statement for some rows, prepared if they are few enough: the server then need not read the text, which is
    /// a third of its work.
    /// </summary>
    public async Task<int> ExecuteAsync(DbConnection connection, DbTransaction? transaction, int rows, Action<MySqlCommand> bind)
    {
        await using var command = new MySqlCommand(Text(rows), (MySqlConnection)connection, (MySqlTransaction?)transaction);
        bind(command);
        if (rows <= MostPrepared)
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

    public static void Add(MySqlCommand command, object? value) => command.Parameters.Add(new MySqlParameter { Value = value ?? DBNull.Value });

    string Build(int rows)
    {
        var row = $"({string.Join(',', Enumerable.Repeat('?', Columns))})";
        var text = new StringBuilder(Head, Head.Length + rows * (row.Length + 1) + Tail.Length);
        for (var i = 0; i < rows; i++)
            text.Append(i == 0 ? ' ' : ',').Append(row);
        return text.Append(Tail).ToString();
    }
}
