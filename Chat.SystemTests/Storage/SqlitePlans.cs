using System.Collections.Concurrent;
using System.Data.Common;
using Chat.Node.Storage;
using Dapper;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Chat.SystemTests.Storage;

/// <summary>Writes down what is executed on an embedded database, with the parameters in it, and how SQLite goes about it.</summary>
sealed class SqlitePlans(IChatDatabase inner) : IChatDatabase
{
    readonly ConcurrentDictionary<DbConnection, bool> _traced = [];
    readonly ConcurrentQueue<string> _statements = [];

    /// <summary>Without those that FTS5 makes for its own tables.</summary>
    public IReadOnlyCollection<string> Statements => [.. _statements.Where(statement => !statement.Contains("'main'.'", StringComparison.Ordinal))];

    public SqlDialect Dialect => inner.Dialect;

    public Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> read) => inner.ReadAsync(connection => read(Traced(connection)));

    public Task<T> WriteAsync<T>(Func<DbConnection, DbTransaction, Task<T>> write) =>
        inner.WriteAsync((connection, transaction) => write(Traced(connection), transaction));

    public Task<T> WriteOnceAsync<T>(Func<DbConnection, DbTransaction?, Task<T>> write) =>
        inner.WriteOnceAsync((connection, transaction) => write(Traced(connection), transaction));

    public Task MigrateAsync() => inner.MigrateAsync();

    /// <summary>The steps of the plan that go through a whole table, or a whole index.</summary>
    public static async Task<IReadOnlyList<string>> ScansAsync(IChatDatabase database, string statement)
    {
        var steps = (await database.ReadAsync(connection => connection.QueryAsync<(int, int, int, string Detail)>($"EXPLAIN QUERY PLAN {statement}")))
            .Select(step => step.Detail).ToList();
        // What a subquery has gathered is read as a whole; how it was gathered is a step of its own.
        var gathered = steps.Select(step => step.Split(' ')).Where(words => words[0] is "MATERIALIZE" or "CO-ROUTINE").Select(words => words[1]).ToHashSet();
        return [.. steps.Where(step => step.StartsWith("SCAN ", StringComparison.Ordinal) && !gathered.Contains(step.Split(' ')[1])
            && !step.Contains(" VIRTUAL TABLE ", StringComparison.Ordinal) && step != "SCAN CONSTANT ROW")];
    }

    DbConnection Traced(DbConnection connection)
    {
        if (_traced.TryAdd(connection, true))
            raw.sqlite3_trace(((SqliteConnection)connection).Handle, (_, statement) => _statements.Enqueue(statement), null);
        return connection;
    }
}
