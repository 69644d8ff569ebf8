using Microsoft.Data.Sqlite;

namespace Chat.Node.Storage.Sqlite;

/// <summary>
/// The work of the writing thread. In this process's turn it does everything that has gathered in one transaction.
/// </summary>
sealed class SqliteWriter(SqliteConnection connection, SqliteFiles files) : IDisposable
{
    readonly WriteTurn _turn = WriteTurn.Of(connection);
    readonly WalLimit _wal = new(connection);

    /// <summary>
    /// Runs all pieces in one transaction. If a piece fails, each runs again in a transaction of its own, so that it fails alone. That is rare, and
    /// a savepoint around each piece would cost every commit.
    /// </summary>
    /// <param name="gathered">The pieces of work to do and then to settle.</param>
    /// <param name="gatherMore">Adds what came while other processes were writing.</param>
    public void Run(List<SqliteWork> gathered, Action<List<SqliteWork>> gatherMore)
    {
        _turn.Enter();
        gatherMore(gathered);
        var failure = RunTogether(gathered);
        if (gathered.Count == 1 || !gathered.Exists(work => work.HasFailed))
        {
            gathered.ForEach(work => work.Settle(failure));
            return;
        }

        foreach (var work in gathered)
        {
            _turn.Enter();
            work.Settle(RunTogether([work]));
        }
    }

    public void Dispose() => _turn.Dispose();

    /// <summary>Ends the turn. Returns why nothing was committed, if it is not the fault of a piece of work.</summary>
    Exception? RunTogether(List<SqliteWork> gathered)
    {
        try
        {
            files.CheckIfLost();
            files.NoteLength();
            using (var transaction = connection.BeginTransaction(deferred: false))
            {
                if (gathered.TrueForAll(work => work.TryRun(connection, transaction)))
                    transaction.Commit();
            }

            files.CheckCommitted();
            _wal.Keep();
            return null;
        }
        catch (Exception e)
        {
            return e;
        }
        finally
        {
            _turn.Leave();
        }
    }
}
