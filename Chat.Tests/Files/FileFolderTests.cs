using System.Text;
using Chat.Node.Files;
using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Tests.Storage;
using Chat.Tests.Support;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace Chat.Tests.Files;

/// <summary>The mark of a folder, which says that it is the one of this database.</summary>
public sealed class FileFolderTests : IDisposable
{
    const string MarkName = "chatactors-files";

    readonly TemporaryDatabase _database = new();
    readonly TestFolder _folder = new();
    readonly FileStore _store;

    public FileFolderTests() => _store = new FileStore(_database.Chat, TimeProvider.System);

    string Mark => Path.Combine(_folder.Path, MarkName);

    public void Dispose()
    {
        _database.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_folder_whose_first_mark_could_not_be_written_is_marked_by_a_later_try()
    {
        Directory.CreateDirectory(Mark); // no file can have this name
        Assert.Contains("Chat:Files:Folder", await Open().ProblemAsync(makes: true), StringComparison.Ordinal);
        Directory.Delete(Mark);
        Assert.Null(await Open().ProblemAsync(makes: true));
        Assert.Equal(await _store.FactAsync("folder"), await File.ReadAllTextAsync(Mark));
        Assert.Equal([Mark], Directory.EnumerateFiles(_folder.Path, MarkName + "*")); // and no draft
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_empty_mark_is_what_a_full_disk_has_left(bool isKnown)
    {
        if (isKnown)
            await _store.FactAsync("folder", "0123abcd");
        await File.WriteAllBytesAsync(Mark, []);
        Assert.Null(await Open().ProblemAsync(makes: true));
        Assert.Equal(await _store.FactAsync("folder"), await File.ReadAllTextAsync(Mark));
        Assert.NotEqual(0, new FileInfo(Mark).Length);
    }

    [Fact]
    public async Task Another_folder_than_the_first_one_is_refused_by_its_name_and_stays_as_it_is()
    {
        Assert.Null(await Open().ProblemAsync(makes: true));
        using var other = new TestFolder();
        var problem = await Open(other.Path).ProblemAsync(makes: true);
        Assert.Contains($"Chat:Files:Folder {other.Path} is not the folder", problem, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(other.Path, MarkName)));
        await File.WriteAllTextAsync(Path.Combine(other.Path, MarkName), "another", Encoding.ASCII);
        Assert.NotNull(await Open(other.Path).ProblemAsync(makes: true));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_used_is_known_at_the_start()
    {
        var file = Path.Combine(_folder.Path, "a file");
        await File.WriteAllTextAsync(file, "x");
        foreach (var path in (string[])[file, Path.Combine(file, "below")])
            Assert.StartsWith($"Chat:Files:Folder {path} cannot be used: ", await Open(path).ProblemAsync(makes: false), StringComparison.Ordinal);
        var good = Path.Combine(_folder.Path, "good");
        Assert.Null(await Open(good).ProblemAsync(makes: false));
        Assert.Empty(Directory.EnumerateFileSystemEntries(good));
        Assert.Null(await _store.FactAsync("folder"));
    }

    [Theory]
    [InlineData(" ")]
    [InlineData("a\0b")]
    public void A_setting_that_is_no_path_is_named(string path)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Chat:Files:Folder", path)]).Build();
        Assert.StartsWith($"Chat:Files:Folder is \"{path}\": expected is ", Assert.Throws<SettingsException>(() => ChatSettings.Read(configuration)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nodes_that_mark_a_folder_at_once_agree()
    {
        for (var round = 0; round < 10; round++)
        {
            using var database = new TemporaryDatabase();
            using var folder = new TestFolder();
            var store = new FileStore(database.Chat, TimeProvider.System);
            var nodes = Enumerable.Range(0, 8).Select(_ => new FileFolder(new FileSettings { Folder = folder.Path }, store)).ToList();
            Assert.All(await Task.WhenAll(nodes.Select(node => Task.Run(() => node.ProblemAsync(makes: true)))), Assert.Null);
            Assert.Equal(await store.FactAsync("folder"), await File.ReadAllTextAsync(Path.Combine(folder.Path, MarkName)));
        }
    }

    FileFolder Open(string? path = null) => new(new FileSettings { Folder = path ?? _folder.Path }, _store);
}
