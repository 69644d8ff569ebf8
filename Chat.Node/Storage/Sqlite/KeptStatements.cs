using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Chat.Node.Storage.Sqlite;

/// <summary>
/// Commands of one connection that nobody uses and whose statements are prepared, found by their text. When there are too many, the one goes
/// that has not been used for longest. Used by the connection's thread alone.
/// </summary>
sealed class KeptStatements
{
    /// <summary>More than what a node asks again and again. Each is some KB of SQLite's memory.</summary>
    public const int Max = 64;

    /// <summary>With more it is a list, of ever another length: its text hardly comes again, and costs most memory.</summary>
    public const int MaxParameters = 16;

    readonly Dictionary<string, LinkedListNode<SqliteCommand>> _byText = [];
    readonly LinkedList<SqliteCommand> _byUse = [];
    bool _isClosed;

    /// <summary>Null if there is none, or if somebody is using it.</summary>
    public SqliteCommand? Take(string text)
    {
        if (!_byText.Remove(text, out var node))
            return null;
        _byUse.Remove(node);
        return node.Value;
    }

    /// <summary>A command without an open reader: its statement is reset, so it holds no lock, and the log can be taken apart.</summary>
    public void GiveBack(SqliteCommand command)
    {
        if (_isClosed)
            return; // the connection is just disposing of its commands, one after the other, and takes care of this one too
        // A reset tells once more what the statement failed with, which readers keep to themselves when they are closed.
        if (raw.sqlite3_errcode(command.Connection!.Handle) != raw.SQLITE_OK || _byText.ContainsKey(command.CommandText))
        {
            command.Dispose();
            return;
        }

        command.Parameters.Clear();
        _byText.Add(command.CommandText, _byUse.AddLast(command));
        if (_byUse.Count > Max)
            Take(_byUse.First!.Value.CommandText)!.Dispose();
    }

    /// <summary>Before the connection closes: a statement that is left would keep the last one from writing the log back.</summary>
    public void Close()
    {
        _isClosed = true;
        foreach (var command in _byUse)
            command.Dispose();
        _byUse.Clear();
        _byText.Clear();
    }
}
