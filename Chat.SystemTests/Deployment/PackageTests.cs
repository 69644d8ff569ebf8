using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;
using Chat.SystemTests.EndToEnd;
using Chat.Tests.Support;
using Xunit;

namespace Chat.SystemTests.Deployment;

/// <summary>A node as a single file, published once for all tests of packages.</summary>
public sealed class SingleFile : IAsyncLifetime, IDisposable
{
    readonly TestFolder _folder = new();

    internal string Folder => Path.Combine(_folder.Path, "published");

    internal string LockFileBefore { get; private set; } = "";

    public async Task InitializeAsync()
    {
        LockFileBefore = Repository.Read("Chat.Node/packages.lock.json");
        await Publishing.RunAsync("-p:PublishProfile=SingleFile", $"-p:PublishDir={Folder}/");
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _folder.Dispose();
}

/// <summary><c>dotnet publish</c> of the node.</summary>
static class Publishing
{
    /// <summary>The node is compiled for it.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(8);

    public static async Task RunAsync(params string[] arguments)
    {
        var (exit, said) = await Shell.OutputAsync(
            ["dotnet", "publish", Path.Combine(Repository.Root, "Chat.Node"), "-c", "Release", "--disable-build-servers", "-p:RunAnalyzers=false", "-p:RestoreLockedMode=false", .. arguments], Patience);
        Assert.True(exit == 0, said);
    }
}

/// <summary>What a node is installed from: a single file, a Debian package, an image.</summary>
[Collection(NodeCollection.Name)]
public sealed class PackageTests(SingleFile published) : IClassFixture<SingleFile>, IDisposable
{
    readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Publishing_leaves_the_committed_packages_as_they_are() => Assert.Equal(published.LockFileBefore, Repository.Read("Chat.Node/packages.lock.json"));

    [Fact]
    public async Task A_single_file_needs_no_dotnet()
    {
        var files = Directory.EnumerateFiles(published.Folder).Select(file => Path.GetFileName(file)!).ToList();
        Assert.Equal(["appsettings.json", "libe_sqlite3.so", "liblmdb.so"], files.Where(file => file is not "Chat.Node" && !file.EndsWith(".pdb", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        await WorksAsync(Path.Combine(published.Folder, "Chat.Node"));
    }

    [Fact]
    public async Task A_Debian_package_installs_a_node_that_works()
    {
        var package = Path.Combine(_folder.Path, "chatactors.deb");
        await DoneAsync(Path.Combine(Repository.Root, "deploy/debian/build.sh"), published.Folder, package);
        var version = Repository.Read("Directory.Build.props").Split("<Version>")[1].Split('<')[0];
        Assert.Equal(version, (await DoneAsync("dpkg-deb", "-f", package, "Version")).Trim());
        var files = (await DoneAsync("dpkg-deb", "-c", package)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.All(files, line => Assert.Contains(" root/root ", line, StringComparison.Ordinal));
        Assert.StartsWith("-rw------- ", Assert.Single(files, line => line.EndsWith(" ./etc/chatactors/chatactors.env", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.StartsWith("-rw-r----- ", Assert.Single(files, line => line.EndsWith(" ./etc/chatactors/settings.json", StringComparison.Ordinal)), StringComparison.Ordinal);

        var installed = Path.Combine(_folder.Path, "root");
        await DoneAsync("dpkg-deb", "-x", package, installed);
        Assert.Equal(Repository.Read("deploy/systemd/chatactors.service"), await File.ReadAllTextAsync(Path.Combine(installed, "usr/lib/systemd/system/chatactors.service")));
        var control = Path.Combine(_folder.Path, "control");
        await DoneAsync("dpkg-deb", "-e", package, control);
        Assert.Equal("/etc/chatactors/chatactors.env\n/etc/chatactors/settings.json\n", await File.ReadAllTextAsync(Path.Combine(control, "conffiles")));
        foreach (var script in (string[])["postinst", "prerm"])
            await DoneAsync("sh", "-n", Path.Combine(control, script));
        var program = Assert.Single(Repository.Read("deploy/systemd/chatactors.service").Split('\n'), line => line.StartsWith("ExecStart=", StringComparison.Ordinal))["ExecStart=".Length..];
        await WorksAsync(installed + program);
    }

    [Fact]
    public async Task A_folder_with_something_else_makes_no_Debian_package()
    {
        var (exit, said) = await Shell.OutputAsync([Path.Combine(Repository.Root, "deploy/debian/build.sh"), _folder.Path, Path.Combine(_folder.Path, "x.deb")], TestNode.Patience);
        Assert.Equal(2, exit);
        Assert.Contains("has no Chat.Node", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_image_is_made_without_a_Docker()
    {
        await using var registry = await FakeRegistry.StartAsync();
        var archive = Path.Combine(_folder.Path, "chatactors.tar.gz");
        await Publishing.RunAsync(
            "-r", "linux-x64", "--self-contained", "false", "-t:PublishContainer", $"-p:ContainerBaseImage={registry.Image}", $"-p:ContainerArchiveOutputPath={archive}");
        var files = await ReadAsync(archive);
        var manifest = JsonDocument.Parse(files["manifest.json"]).RootElement[0];
        var version = Repository.Read("Directory.Build.props").Split("<Version>")[1].Split('<')[0];
        Assert.Equal($"chatactors:{version}", manifest.GetProperty("RepoTags")[0].GetString());

        var image = JsonDocument.Parse(files[manifest.GetProperty("Config").GetString()!]).RootElement.GetProperty("config");
        Assert.Equal("1654", image.GetProperty("User").GetString());
        Assert.Equal(["6000/tcp", "8000/tcp", "8080/tcp"], image.GetProperty("ExposedPorts").EnumerateObject().Select(port => port.Name).Order(StringComparer.Ordinal));
        var variables = image.GetProperty("Env").EnumerateArray().Select(each => each.GetString()!.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        Assert.Equal("0", variables["DOTNET_EnableDiagnostics"]);
        Assert.Equal(System.Net.IPAddress.Any, NodeEnvironment.Read(variables).Bind);
        var command = image.GetProperty("Entrypoint").EnumerateArray().Select(each => each.GetString()!).ToList();
        Assert.EndsWith("Chat.Node.dll", command[^1], StringComparison.Ordinal);

        var layers = manifest.GetProperty("Layers").EnumerateArray().Select(each => each.GetString()!).ToList();
        var installed = (await ReadAsync(new MemoryStream(files[layers[^1]]))).Keys.Select(name => name.TrimStart('.', '/')).ToList();
        Assert.Contains("app/Chat.Node.dll", installed);
        Assert.Contains("app/appsettings.json", installed);
        Assert.Contains(installed, name => name.EndsWith("libe_sqlite3.so", StringComparison.Ordinal));
    }

    /// <summary>Where there is no <c>dotnet</c> it starts, serves somebody, and ends in order.</summary>
    async Task WorksAsync(string program)
    {
        await using var node = await NodeProcess.StartBehindAsync(_folder, $"unset DOTNET_ROOT; export PATH=/usr/bin:/bin; shift 2; exec {program} \"$@\"");
        await using (var alice = await node.LogInNewAsync("alice"))
            Assert.True(alice.UserId > 0);
        await node.TerminateAsync();
        await node.ExitAsync(0);
    }

    static async Task<string> DoneAsync(params string[] command)
    {
        var (exit, said) = await Shell.OutputAsync(command, Publishing.Patience);
        Assert.True(exit == 0, said);
        return said;
    }

    static async Task<Dictionary<string, byte[]>> ReadAsync(string archive)
    {
        await using var file = File.OpenRead(archive);
        return await ReadAsync(file);
    }

    static async Task<Dictionary<string, byte[]>> ReadAsync(Stream archive)
    {
        var isCompressed = archive.ReadByte() == 0x1f;
        archive.Position = 0;
        await using var reader = new TarReader(isCompressed ? new GZipStream(archive, CompressionMode.Decompress) : archive);
        var files = new Dictionary<string, byte[]>();
        while (await reader.GetNextEntryAsync() is { } entry)
        {
            if (entry.DataStream is null)
                continue;
            using var content = new MemoryStream();
            await entry.DataStream.CopyToAsync(content);
            files[entry.Name] = content.ToArray();
        }

        return files;
    }
}
