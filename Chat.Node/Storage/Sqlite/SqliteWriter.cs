using Microsoft.Data.Sqlite;

namespace Chat.Node.Storage.Sqlite;

/// <summary>
/// What the writing thread does with its connection: in this process's turn, all that has gathered in one transaction.
/// </summary>
sealed class SqliteWriter(SqliteConnection connection, SqliteFiles files) : IDisposable
{
    readonly WriteTurn _turn = WriteTurn.Of(connection);
    readonly WalLimit _wal = new(connection);

    /// <summary>
    /// All in one transaction; if a piece fails, each again in one of its own, so that it fails alone. That is rare, and
    /// a savepoint around each piece would cost every commit.
    /// </summary>
    /// <param name="gathered">What is to be done, and then settled.</param>
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
            using (var transaction = connection.BeginTransaction(deferred: false))
            {
                if (gathered.TrueForAll(work => work.TryRun(connection, transaction)))
                    transaction.Commit();
            }

            files.Check();
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
