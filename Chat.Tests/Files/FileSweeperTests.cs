using Chat.Node.Files;
using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Tests.Storage;
using Chat.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Chat.Tests.Files;

/// <summary>What nobody gets any more goes away on every node, in time, and whatever else cannot be deleted.</summary>
public sealed class FileSweeperTests : IDisposable
{
    readonly TemporaryDatabase _database = new();
    readonly TestFolder _folder = new();
    readonly FileStore _store;

    public FileSweeperTests() => _store = new FileStore(_database.Chat, _database.Clock);

    public void Dispose()
    {
        _database.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_node_deletes_its_own_parts_also_when_it_is_another_ones_turn()
    {
        var (here, there) = (Folder("here"), Folder("there"));
        foreach (var folder in (FileSettings[])[here, there])
        {
            using var part = new FileParts(folder).New("a_" + new string('0', 32));
        }

        _database.Clock.Now = DateTimeOffset.UtcNow.AddDays(1); // files have the machine's time
        await Sweeper(here).TickAsync(default);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(here.Folder, "parts")));
        await Sweeper(there).TickAsync(default);
        Assert.False(await _store.TakeTurnAsync((_database.Clock.Now - FileSweeper.Interval).ToUnixTimeMilliseconds())); // the first one had it
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(there.Folder, "parts")));
    }

    [Theory]
    [InlineData((int)FileState.Announced)]
    [InlineData((int)FileState.Stored)]
    [InlineData((int)FileState.Doomed)]
    public async Task More_than_a_round_takes_does_not_wait_for_the_next_turn(int state)
    {
        for (var number = 0; number < (FileSweeper.AtOnce * 2) + 1; number++)
            await AddAsync(number, (FileState)state);
        await Sweeper(Folder("one")).TickAsync(default);
        Assert.Equal(0, await CountAsync());
    }

    [Fact]
    public async Task A_file_that_cannot_be_deleted_holds_up_no_other()
    {
        var settings = Folder("one");
        for (var number = 0; number < 3; number++)
            await AddAsync(number, FileState.Doomed);
        await Sweeper(settings, new Stubborn(Id(0))).TickAsync(default);
        Assert.Equal(Id(0), Assert.Single(await _store.OldAsync(FileState.Doomed, long.MaxValue, 10)));
        _database.Clock.Now += FileSweeper.Interval * 2;
        await Sweeper(settings).TickAsync(default);
        Assert.Equal(0, await CountAsync());
    }

    static string Id(int number) => $"a_{number:x32}";

    FileSettings Folder(string name) => new() { Folder = Path.Combine(_folder.Path, name) };

    FileSweeper Sweeper(FileSettings settings, IFileBytes? bytes = null) =>
        new(_store, null, bytes ?? new FileFolder(settings, _store), new FileParts(settings), _database.Clock, NullLogger<FileSweeper>.Instance);

    Task<int> AddAsync(int number, FileState state) => _database.ExecuteAsync(
        "INSERT INTO Attachment (id, owner, name, type, size, sha256, state, since, until) VALUES (@id, 1, 'x', 'a/b', 1, x'00', @state, @number, 0)",
        new { id = Id(number), number, state = (int)state });

    Task<int> CountAsync() => _database.ScalarAsync<int>("SELECT COUNT(*) FROM Attachment");

    /// <summary>A folder in which one file cannot be deleted.</summary>
    sealed class Stubborn(string id) : IFileBytes
    {
        public Task CheckAsync() => Task.CompletedTask;

        public Task<string?> ProblemAsync(bool makes) => Task.FromResult<string?>(null);

        public Task FinishAsync(string part, StoredFile file, CancellationToken cancelled) => Task.CompletedTask;

        public Task<Stream?> OpenAsync(StoredFile file, ByteRange range, CancellationToken cancelled) => Task.FromResult<Stream?>(null);

        public Task DeleteAsync(string each) => each == id ? throw new UnauthorizedAccessException("no") : Task.CompletedTask;
    }
}
