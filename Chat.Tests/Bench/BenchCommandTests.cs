using System.Text.Json;
using Chat.Bench.Commands;
using Chat.Bench.Workloads;
using Chat.Tests.EndToEnd;
using Xunit;

namespace Chat.Tests.Bench;

/// <summary>Each command as it is typed, against real nodes, for a second: its exit code and its files.</summary>
public sealed class BenchCommandTests : IDisposable
{
    readonly TestFolder _folder = new();
    readonly TestFolder _otherFolder = new();

    public void Dispose()
    {
        _folder.Dispose();
        _otherFolder.Dispose();
    }

    [Fact]
    public async Task Every_load_runs_and_writes_its_reports()
    {
        await using var node = await NodeProcess.StartAsync(_folder, null, "--Chat:Limits:FramesPerSecond=0");
        await using var other = await NodeProcess.StartAsync(_otherFolder, null, "--Chat:Limits:FramesPerSecond=0");
        var (target, times) = ($"-t 127.0.0.1:{node.Port}", "--warm-up 0.5 -s 1");
        var server = $"{target} -p {node.Id}";
        foreach (var line in (string[])
        [
            $"pairs {server} -c 4 {times} --random-cmids",
            $"groups {server} --groups 1 --members 3 {times} --protocol Legacy",
            $"cross {target} localhost:{node.Port} -c 4 {times}",
            $"capacity {server} -c 4 {times} --p99 5000 --first 50 --most 100",
            $"compare {server} -c 4 {times} --rounds 1 --against 127.0.0.1:{other.Port} --against-pid {other.Id}",
            $"growth {server} --of Connections --values 2,4 {times} --svg {FileOf("svg")}",
            $"idle {server} -c 4 -s 1",
            $"login {server} --concurrency 2 {times}",
            $"login {server} --concurrency 2 {times} --with-token",
            $"login {server} --concurrency 2 {times} --protocol Legacy",
            $"login {server} --concurrency 2 {times} --protocol Legacy --documented-server",
            $"offline {server} -c 4 --messages 20",
            $"offline {server} -c 4 --messages 20 --rate 100",
            $"offline {server} -c 4 --messages 20 --rate 100 --protocol Legacy",
            $"offline {server} -c 4 --messages 20 --rate 100 --protocol Legacy --documented-server",
            $"offline {server} -c 4 --messages 2 --bytes 64 --rate 100 --protocol Legacy --documented-server", // they fit into the login ack
            $"history {server} -c 4 --messages 50 {times}",
            $"chaos {target} -c 4 -s 2 --every 60",
        ])
        {
            Assert.True(Exit.Ok == await RunAsync($"{line} --json {FileOf("json")} --html {FileOf("html")}"), line);
            using var json = JsonDocument.Parse(await File.ReadAllTextAsync(FileOf("json")));
            Assert.Equal(JsonValueKind.Object, json.RootElement.ValueKind);
            Assert.EndsWith("</html>", (await File.ReadAllTextAsync(FileOf("html"))).TrimEnd(), StringComparison.Ordinal);
            File.Delete(FileOf("json"));
            File.Delete(FileOf("html"));
        }

        Assert.StartsWith("<svg", await File.ReadAllTextAsync(FileOf("svg")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pairs -t 127.0.0.1:1 -c 4")]
    [InlineData("pairs -t 127.0.0.1:x -c 4")]
    [InlineData("chaos -t 127.0.0.1:x -c 4")]
    [InlineData("offline -t 127.0.0.1:1 -c 4 --protocol Legacy")]
    public async Task What_cannot_be_run_says_so_with_its_exit_code(string line) => Assert.Equal(Exit.NotRun, await RunAsync(line));

    [Fact]
    public void What_the_documented_protocol_has_no_means_for_is_refused_by_name()
    {
        var options = new WorkloadOptions { Targets = [ChatTarget.Parse("127.0.0.1:1")], Protocol = ChatProtocol.Legacy };
        Assert.Contains("--rate", Refusal(() => OfflineWorkload.Run(options, messages: 1, window: 1, rate: null, new([]))), StringComparison.Ordinal);
        Assert.Contains("--with-token", Refusal(() => LoginWorkload.Run(options, 1, withToken: true, new([]), default, default)), StringComparison.Ordinal);

        static string Refusal(Action run) => Assert.Throws<BenchException>(run).Message;
    }

    [Fact]
    public void A_process_that_is_no_number_is_refused_by_name() =>
        Assert.Contains("\"x\"", Assert.Single(BenchCommandLine.Create().Parse("compare --against 127.0.0.1:1 --against-pid 3,x").Errors).Message, StringComparison.Ordinal);

    static Task<int> RunAsync(string line) => Task.Run(() => BenchCommandLine.Create().Parse(line).InvokeAsync());

    string FileOf(string extension) => Path.Combine(_folder.Path, $"report.{extension}");
}
