using System.Data;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Chat.Node.Storage.Sqlite;

/// <summary>
/// What a caller fills in and runs. A kept command with the same text does the work, if there is one that nobody uses, else a new one; it is
/// given back when this one runs again or is disposed.
/// </summary>
sealed class ReaderCommand(KeptStatements kept) : SqliteCommand
{
    SqliteCommand? _worker;
    SqliteDataReader? _reader;
    sqlite3_stmt? _statement;

    /// <summary>The open one. The library asks for it before it lets anything be changed.</summary>
    protected override SqliteDataReader? DataReader
    {
        get => _reader is { IsClosed: false } ? _reader : null;
        set => _reader = value;
    }

    /// <summary>Every other way to run a command comes here.</summary>
    public override SqliteDataReader ExecuteReader(CommandBehavior behavior)
    {
        // The library also complains about what cannot be run.
        if (Parameters.Count > KeptStatements.MaxParameters || DataReader is not null || CommandText.Length == 0 || Connection is not { State: ConnectionState.Open })
            return base.ExecuteReader(behavior);
        GiveBack();
        var worker = kept.Take(CommandText) ?? new SqliteCommand(CommandText, Connection);
        try
        {
            worker.CommandTimeout = CommandTimeout;
            worker.Transaction = Transaction;
            for (var i = 0; i < Parameters.Count; i++)
                worker.Parameters.Add(Parameters[i]);
            _reader = worker.ExecuteReader(behavior);
        }
        catch
        {
            worker.Dispose(); // prepared anew the next time
            throw;
        }

        (_worker, _statement) = (worker, _reader.Handle);
        return _reader;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            GiveBack();
        base.Dispose(disposing);
    }

    void GiveBack()
    {
        if (_worker is not { } worker)
            return;
        _worker = null;
        _reader!.Dispose(); // resets the statement
        if (_statement is { IsClosed: false } statement)
            raw.sqlite3_clear_bindings(statement); // a long list of ids would stay in memory
        kept.GiveBack(worker);
    }
}
