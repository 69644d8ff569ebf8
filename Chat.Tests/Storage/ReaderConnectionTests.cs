using System.Data;
using Chat.Node.Storage.Sqlite;
using Dapper;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using Xunit;

namespace Chat.Tests.Storage;

/// <summary>A reader keeps what it has prepared, and nobody notices anything of it but the time. SQLite itself says which statements there are.</summary>
public sealed class ReaderConnectionTests : IDisposable
{
    const string Doubled = "SELECT x * 2 FROM T WHERE x = @x";

    readonly string _folder = Directory.CreateTempSubdirectory("chat-reader-").FullName;
    readonly SqliteConnection _writer;
    readonly ReaderConnection _reader;

    public ReaderConnectionTests()
    {
        var file = $"Data Source={Path.Combine(_folder, "t.db")};Pooling=False";
        _writer = new SqliteConnection(file);
        _writer.Open();
        _writer.Execute("PRAGMA journal_mode = WAL; CREATE TABLE T (x INTEGER PRIMARY KEY); INSERT INTO T VALUES (1), (2), (3)");
        _reader = new ReaderConnection(file);
        _reader.Open();
        _reader.Handle!.enable_sqlite3_next_stmt(true);
    }

    string Wal => Path.Combine(_folder, "t.db-wal");

    public void Dispose()
    {
        _reader.Dispose();
        _writer.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task The_same_text_is_prepared_once()
    {
        for (var round = 1; round <= 5; round++)
        {
            Assert.Equal(4, await _reader.ExecuteScalarAsync<int>(Doubled, new { x = 2 }));
            Assert.Equal([6], await _reader.QueryAsync<int>(Doubled, new { x = 3 }));
            Assert.Equal(2, _reader.QuerySingle<int>(Doubled, new { x = 1 }));
            Assert.Equal(3 * round, Runs(Assert.Single(Statements())));
        }

        using var command = _reader.CreateCommand();
        command.CommandText = Doubled;
        command.Parameters.AddWithValue("@x", 2);
        Assert.Equal(4L, command.ExecuteScalar());
        command.Parameters[0].Value = 3;
        Assert.Equal(6L, command.ExecuteScalar()); // the same command once more
        Assert.Equal(17, Runs(Assert.Single(Statements())));
    }

    [Fact]
    public void The_one_that_was_not_used_for_longest_goes()
    {
        for (var i = 0; i < 3 * KeptStatements.Max; i++)
        {
            Assert.Equal(i, _reader.ExecuteScalar<int>($"SELECT {i}"));
            Assert.Equal(7, _reader.ExecuteScalar<int>("SELECT 7 -- again and again"));
            Assert.InRange(Statements().Count, 1, KeptStatements.Max);
        }

        Assert.Equal(KeptStatements.Max, Statements().Count);
        Assert.Equal(3 * KeptStatements.Max, Runs(Statements().Single(statement => TextOf(statement).Contains("again", StringComparison.Ordinal))));
    }

    [Fact]
    public void Long_lists_are_not_kept()
    {
        Assert.Equal(3, _reader.ExecuteScalar<int>("SELECT COUNT(*) FROM T WHERE x IN @ids", new { ids = Enumerable.Range(1, KeptStatements.MaxParameters) }));
        Assert.Single(Statements());
        Assert.Equal(3, _reader.ExecuteScalar<int>("SELECT COUNT(*) FROM T WHERE x IN @ids", new { ids = Enumerable.Range(1, KeptStatements.MaxParameters + 1) }));
        Assert.Single(Statements());
    }

    [Theory]
    [InlineData("SELECT abs(-9223372036854775808 - @x)")] // the first row
    [InlineData("SELECT abs(-9223372036854775807 - value) FROM json_each('[0, 1]') WHERE @x = 0")] // a later one
    [InlineData("SELECT @x FROM Nowhere")]
    [InlineData("SELECT @x, @y")]
    public void What_failed_is_not_kept_and_fails_in_the_same_way_again(string text)
    {
        using var usual = new SqliteConnection(_reader.ConnectionString);
        usual.Open();
        var expected = Record.Exception(() => usual.Query<long>(text, new { x = 0 }));
        Assert.NotNull(expected);
        for (var round = 0; round < 3; round++)
        {
            var failure = Record.Exception(() => _reader.Query<long>(text, new { x = 0 }));
            Assert.Equal((expected.GetType(), expected.Message), (failure?.GetType(), failure?.Message));
            Assert.Empty(Statements());
        }

        Assert.Equal(4, _reader.ExecuteScalar<int>(Doubled, new { x = 2 }));
    }

    [Fact]
    public void A_statement_that_is_being_read_is_not_taken_twice()
    {
        const string all = "SELECT x FROM T ORDER BY x";
        List<(int, int)> pairs = [];
        foreach (var outer in _reader.Query<int>(all, buffered: false))
            pairs.AddRange(_reader.Query<int>(all, buffered: false).Select(inner => (outer, inner)));
        Assert.Equal([(1, 1), (1, 2), (1, 3), (2, 1), (2, 2), (2, 3), (3, 1), (3, 2), (3, 3)], pairs);
        Assert.Single(Statements()); // of two that come back one is kept
    }

    [Fact]
    public void Parameters_do_not_outlive_their_question()
    {
        Assert.Equal(4, _reader.ExecuteScalar<int>(Doubled, new { x = 2 }));
        var statement = Assert.Single(Statements());
        Assert.Equal(raw.SQLITE_DONE, raw.sqlite3_step(statement)); // it finds nothing without the parameter
        Assert.Equal(raw.SQLITE_OK, raw.sqlite3_reset(statement));
        Assert.Throws<InvalidOperationException>(() => _reader.ExecuteScalar<int>(Doubled)); // not that of the one before
        Assert.Null(_reader.ExecuteScalar<int?>(Doubled, new { x = (int?)null }));
        Assert.Equal(6, _reader.ExecuteScalar<int>(Doubled, new { x = 3 }));
    }

    [Fact]
    public void Values_keep_their_types_whatever_was_there_before()
    {
        using var usual = new SqliteConnection(_reader.ConnectionString);
        usual.Open();
        object?[] values =
        [
            "text", 5, new byte[] { 0, 1, 255 }, null, 1.5, long.MinValue, "", Array.Empty<byte>(), true, 'c', 7L, "5", DateTime.UnixEpoch, Guid.Empty, 0.1m, StringComparison.Ordinal,
            DateTimeOffset.UnixEpoch, (byte)3, 3.5f, uint.MaxValue, null, "ä\0b",
        ];
        foreach (var value in values)
        {
            const string text = "SELECT typeof(@value) || ' ' || hex(@value)";
            var parameters = new { value };
            Assert.Equal(usual.ExecuteScalar<string>(text, parameters), _reader.ExecuteScalar<string>(text, parameters));
            Assert.Equal(usual.ExecuteScalar("SELECT @value", parameters), _reader.ExecuteScalar("SELECT @value", parameters));
        }

        Assert.Equal(2, Statements().Count);
    }

    /// <summary>A statement that is not reset would go on reading from the log, which could never begin anew.</summary>
    [Fact]
    public void The_log_begins_anew_while_statements_are_kept()
    {
        Assert.Equal([1, 2, 3], _reader.Query<int>("SELECT x FROM T ORDER BY x"));
        Assert.Equal(1, _reader.QueryFirst<int>("SELECT x FROM T ORDER BY x -- the first one")); // with rows that nobody fetched
        Assert.Equal(3, _reader.ExecuteScalar<int>("SELECT COUNT(*) FROM T"));
        Assert.Equal(3, Statements().Count);
        Assert.All(Statements(), statement => Assert.Equal(0, raw.sqlite3_stmt_busy(statement)));

        _writer.Execute("INSERT INTO T VALUES (4)");
        Assert.Equal((0L, 0L, 0L), _writer.QuerySingle<(long Busy, long Log, long Written)>("PRAGMA wal_checkpoint(TRUNCATE)"));
        Assert.Equal(0, new FileInfo(Wal).Length);
        Assert.Equal(4, _reader.ExecuteScalar<int>("SELECT COUNT(*) FROM T"));
    }

    [Fact]
    public void A_change_of_the_schema_is_seen()
    {
        const string all = "SELECT * FROM T WHERE x = 1";
        Assert.Single(Columns());
        _writer.Execute("ALTER TABLE T ADD COLUMN later TEXT DEFAULT 'new'; CREATE INDEX Later ON T (later)");
        Assert.Equal("new", Columns()["later"]);
        _writer.Execute("DROP INDEX Later; ALTER TABLE T RENAME COLUMN later TO recent");
        Assert.Equal("new", Columns()["recent"]);
        _writer.Execute("DROP TABLE T");
        Assert.Throws<SqliteException>(Columns);
        _writer.Execute("CREATE TABLE T (x INTEGER PRIMARY KEY); INSERT INTO T VALUES (1)");
        Assert.Single(Columns());

        IDictionary<string, object> Columns() => (IDictionary<string, object>)_reader.QuerySingle(all);
    }

    [Fact]
    public void The_last_one_that_closes_leaves_no_log_behind()
    {
        const string all = "SELECT x FROM T";
        _reader.ExecuteScalar<int>(all); // so that what is being read is older than the command that reads it
        using var open = _reader.CreateCommand();
        open.CommandText = all;
        using var rows = open.ExecuteReader();
        Assert.True(rows.Read());
        for (var i = 0; i < KeptStatements.Max; i++)
            _reader.ExecuteScalar<int>($"SELECT {i} FROM T");
        _writer.Dispose();
        Assert.True(File.Exists(Wal));
        _reader.Dispose();
        Assert.False(File.Exists(Wal));
        Assert.True(rows.IsClosed);
    }

    [Fact]
    public void Kept_statements_leave_the_connection_its_memory_at_hand()
    {
        for (var i = 0; i < KeptStatements.Max; i++)
            _reader.ExecuteScalar<int>($"SELECT {i} FROM T WHERE x = 2");
        raw.sqlite3_db_status(_reader.Handle, 6, out _, out var misses, 0); // SQLITE_DBSTATUS_LOOKASIDE_MISS_FULL
        Assert.Equal(0, misses);
    }

    [Fact]
    public async Task The_readers_of_the_database_are_such()
    {
        using var database = new TemporaryDatabase();
        var runs = await database.Chat.ReadAsync(async connection =>
        {
            var handle = ((SqliteConnection)connection).Handle!;
            handle.enable_sqlite3_next_stmt(true);
            Assert.Equal(42, await connection.ExecuteScalarAsync<int>("SELECT 41 + @x", new { x = 1 }));
            Assert.Equal(43, await connection.ExecuteScalarAsync<int>("SELECT 41 + @x", new { x = 2 }));
            return Runs(Assert.Single(Statements(handle)));
        });
        Assert.Equal(2, runs);
    }

    [Fact]
    public void Misuse_is_refused_as_always()
    {
        using var command = _reader.CreateCommand();
        command.CommandText = "SELECT x FROM T";
        using (var rows = command.ExecuteReader())
        {
            Assert.True(rows.Read());
            Assert.Throws<InvalidOperationException>(() => command.ExecuteReader());
            Assert.Throws<InvalidOperationException>(() => command.CommandText = "SELECT 1");
            Assert.True(rows.Read()); // it goes on
        }

        using (var transaction = _reader.BeginTransaction(IsolationLevel.Serializable, deferred: true))
        {
            command.Transaction = null;
            Assert.Throws<InvalidOperationException>(() => command.ExecuteReader());
            command.Transaction = transaction;
            Assert.Equal(1L, command.ExecuteScalar());
            transaction.Commit();
        }

        _reader.Close();
        Assert.Throws<InvalidOperationException>(() => command.ExecuteReader());
    }

    List<sqlite3_stmt> Statements() => Statements(_reader.Handle!);

    static List<sqlite3_stmt> Statements(sqlite3 handle)
    {
        List<sqlite3_stmt> found = [];
        for (var statement = raw.sqlite3_next_stmt(handle, null); statement is not null; statement = raw.sqlite3_next_stmt(handle, statement))
            found.Add(statement);
        return found;
    }

    static string TextOf(sqlite3_stmt statement) => raw.sqlite3_sql(statement).utf8_to_string();

    /// <summary>How often it was run since it was prepared (SQLITE_STMTSTATUS_RUN).</summary>
    static int Runs(sqlite3_stmt statement) => raw.sqlite3_stmt_status(statement, 6, 0);
}
