using System.Collections.Concurrent;
using System.Text;
using MySqlConnector;

namespace Chat.Node.Storage.MySql;

/// <summary>The text and the parameters of an INSERT with many rows.</summary>
/// <param name="Head">Up to and with VALUES.</param>
/// <param name="Tail">What follows the rows.</param>
/// <param name="Columns">Values in a row.</param>
sealed record MySqlRows(string Head, int Columns, string Tail = "")
{
    readonly ConcurrentDictionary<int, string> _texts = new();

    /// <summary>The statement for so many rows.</summary>
    public string Text(int rows) => _texts.GetOrAdd(rows, Build);

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
