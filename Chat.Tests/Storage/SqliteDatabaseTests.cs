using Chat.Node.Storage;
using Chat.Node.Storage.Sqlite;
using Chat.Protocol;
using Dapper;
using Microsoft.Data.Sqlite;
using Xunit;

namespace Chat.Tests.Storage;

public sealed class SqliteDatabaseTests : IDisposable
{
    readonly TemporaryDatabase _database = new();

    public void Dispose() => _database.Dispose();

    [Fact]
    public async Task Every_commit_reaches_the_disk()
    {
        var (journal, synchronous) = await _database.Chat.WriteAsync(async (connection, transaction) => (
            await connection.ExecuteScalarAsync<string>("PRAGMA journal_mode", transaction: transaction),
            await connection.ExecuteScalarAsync<int>("PRAGMA synchronous", transaction: transaction)));
        Assert.Equal("wal", journal);
        Assert.Equal(2, synchronous); // FULL: in WAL mode the only one that syncs at every commit
        Assert.Equal("wal", await _database.ScalarAsync<string>("PRAGMA journal_mode"));
    }

    [Fact]
    public async Task Two_processes_wait_for_each_other()
    {
        Assert.True(await _database.ScalarAsync<int>("PRAGMA busy_timeout") >= 1000);
        using var other = new SqliteDatabase(_database.ConnectionString);
        var writes = Enumerable.Range(0, 20).Select(i => (i % 2 == 0 ? _database.Chat : other).WriteAsync((connection, transaction) =>
            connection.ExecuteAsync("INSERT INTO Conversation (a, b) VALUES (0, @i)", new { i }, transaction)));
        await Task.WhenAll(writes);
        Assert.Equal(20, await _database.ScalarAsync<int>("SELECT COUNT(*) FROM Conversation"));
    }

    [Fact]
    public async Task The_schema_is_made_once_and_again_is_harmless()
    {
        await new Accounts(_database.Chat).RegisterAsync("alice", "");
        await _database.Chat.MigrateAsync();
        await _database.Chat.MigrateAsync();
        Assert.Equal("alice", await _database.ScalarAsync<string>("SELECT name FROM Users"));
    }

    /// <summary>Each row lies in the page of its conversation's numbers; rows and keys of all conversations gather at the end of theirs.</summary>
    [Fact]
    public async Task A_commit_of_many_conversations_writes_little_more_than_one_page_for_each()
    {
        const int Conversations = 50;
        var store = new MessageLogStore(_database.Chat, _database.Node);
        var senders = Enumerable.Range(1, Conversations).Select(_ => new CmidSource($"{Guid.NewGuid():N}"[..16], TimeProvider.System)).ToList();
        var written = 0;
        for (var seq = 1; seq <= 150; seq++)
        {
            if (seq == 101)
                written = Frames(); // until then a page has numbers of several conversations
            await store.AppendAsync([.. Enumerable.Range(1, Conversations).Select(id =>
                new LogRow(ConversationId.Group(id), seq, id, senders[id - 1].Next(), seq, new byte[200]))]);
        }

        Assert.InRange((Frames() - written) / (50.0 * Conversations), 1, 1.5);
    }

    /// <summary>The last connection that closes writes the log into the database, unless a later one that failed is still open.</summary>
    [Fact]
    public async Task A_reader_that_finds_no_log_does_not_keep_the_one_that_was_removed_from_being_written_back()
    {
        var folder = Directory.CreateTempSubdirectory("chat-folder-").FullName;
        var file = Path.Combine(folder, "chat.db");
        using (var database = new SqliteDatabase($"Data Source={file}"))
        {
            await database.MigrateAsync();
            // The writer alone is open, and the file's first page is in the log.
            await database.WriteAsync((connection, transaction) => connection.ExecuteAsync("CREATE TABLE Later (x)", transaction: transaction));
            await new Accounts(database).RegisterAsync("alice", "");
            if (!OperatingSystem.IsLinux())
                return; // elsewhere an open file cannot be removed
            File.Delete($"{file}-wal");

            // One of the two readers may be open already: it is kept busy until the other one has tried.
            using var gate = new ManualResetEventSlim();
            var reads = Enumerable.Range(0, 2).Select(_ => database.ReadAsync(connection => Task.FromResult(gate.Wait(TimeSpan.FromSeconds(5))))).ToList();
            await Assert.ThrowsAsync<StorageException>(async () => await await Task.WhenAny(reads));
            gate.Set();
            await Assert.ThrowsAsync<StorageException>(() => Task.WhenAll(reads));
        }

        using (var database = new SqliteDatabase($"Data Source={file}"))
            Assert.Equal("alice", await database.ReadAsync(connection => connection.ExecuteScalarAsync<string>("SELECT name FROM Users")));
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Two connections that close at the same moment would each leave that to the other one.</summary>
    [Fact]
    public async Task A_log_that_was_removed_is_written_back_whichever_connection_closes_last()
    {
        if (!OperatingSystem.IsLinux())
            return; // elsewhere an open file cannot be removed
        var folder = Directory.CreateTempSubdirectory("chat-folder-").FullName;
        for (var round = 0; round < 50; round++)
        {
            var file = Path.Combine(folder, $"{round}.db");
            using (var database = new SqliteDatabase($"Data Source={file}"))
            {
                await database.MigrateAsync();
                using var both = new Barrier(2);
                await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => database.ReadAsync(connection =>
                    Task.FromResult(both.SignalAndWait(TimeSpan.FromSeconds(5))))));
                await new Accounts(database).RegisterAsync("alice", "");
                File.Delete($"{file}-wal");
            }

            using var later = new SqliteDatabase($"Data Source={file}");
            Assert.Equal("alice", await later.ReadAsync(connection => connection.ExecuteScalarAsync<string>("SELECT name FROM Users")));
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_missing_folder_is_made()
    {
        var folder = Directory.CreateTempSubdirectory("chat-folder-").FullName;
        var file = Path.Combine(folder, "a", "b", "chat.db");
        using (var database = new SqliteDatabase($"Data Source={file}"))
        {
            await database.MigrateAsync();
            Assert.Equal(1, await new Accounts(database).RegisterAsync("alice", ""));
        }

        Assert.True(File.Exists(file));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task What_was_committed_is_there_when_the_file_is_opened_again()
    {
        await new Accounts(_database.Chat).RegisterAsync("alice", "");
        using var again = new SqliteDatabase(_database.ConnectionString);
        Assert.Equal("alice", (await new Accounts(again).FindAsync(1))!.Name);
    }

    [Fact]
    public async Task A_broken_statement_is_a_storage_exception_and_a_constraint_is_the_callers_business()
    {
        await Assert.ThrowsAsync<StorageException>(() => _database.ExecuteAsync("INSERT INTO Nowhere VALUES (1)"));
        await Assert.ThrowsAsync<StorageException>(() => _database.ScalarAsync<int>("SELECT * FROM Nowhere"));
        await _database.ExecuteAsync("INSERT INTO Conversation (a, b) VALUES (1, 2)");
        await Assert.ThrowsAsync<DuplicateKeyException>(() => _database.ExecuteAsync("INSERT INTO Conversation (a, b) VALUES (1, 2)"));
    }

    [Fact]
    public async Task A_script_that_fails_is_named_and_stops_the_start()
    {
        var folder = Directory.CreateTempSubdirectory("chat-folder-").FullName;
        await File.WriteAllBytesAsync(Path.Combine(folder, "chat.db"), []); // a node makes it by its scripts alone
        using (var database = new SqliteDatabase($"Data Source={Path.Combine(folder, "chat.db")}"))
        {
            await database.WriteAsync((connection, transaction) => connection.ExecuteAsync("CREATE TABLE AllGroup (x)", transaction: transaction));
            var failure = await Assert.ThrowsAsync<StorageException>(database.MigrateAsync);
            Assert.Contains("001_schema", failure.Message, StringComparison.Ordinal);
            Assert.Equal(0, await database.ReadAsync(connection => connection.ExecuteScalarAsync<int>("SELECT COUNT(*) FROM sqlite_master WHERE name = 'Users'")));
        }

        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Pages in the write-ahead log, as long as it has not begun anew.</summary>
    int Frames()
    {
        var frames = (int)(new FileInfo(new SqliteConnectionStringBuilder(_database.ConnectionString).DataSource + "-wal").Length - 32) / (2048 + 24);
        Assert.InRange(frames, 0, 15_999);
        return frames;
    }
}
