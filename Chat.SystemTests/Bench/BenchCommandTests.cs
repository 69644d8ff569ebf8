using System.Text.Json;
using Chat.Bench.Commands;
using Chat.Bench.Workloads;
using Chat.SystemTests.EndToEnd;
using Chat.Tests.Support;
using Xunit;

namespace Chat.SystemTests.Bench;

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
        const string Key = "a-key-of-the-settings-that-is-long-enough";
        await using var node = await NodeProcess.StartAsync(
            _folder, null, "--Chat:Limits:FramesPerSecond=0", $"--Chat:Api:Keys:0={Key}", "--Chat:Webhooks:AllowPrivate=true");
        await using var other = await NodeProcess.StartAsync(_otherFolder, null, "--Chat:Limits:FramesPerSecond=0");
        var (target, times) = ($"-t 127.0.0.1:{node.Port}", "--warm-up 0.5 -s 1");
        var server = $"{target} -p {node.Id}";
        // With what has to be in the report, and how much of it at least.
        foreach (var (line, member, least) in ((string, string, long)[])
        [
            ($"pairs {server} -c 4 {times} --random-cmids", "delivered", 1),
            ($"groups {server} --groups 1 --members 3 {times} --protocol Legacy", "delivered", 1),
            ($"cross {target} localhost:{node.Port} -c 4 {times}", "delivered", 1),
            ($"capacity {server} -c 4 {times} --p99 5000 --first 50 --most 100", "runs", 2),
            ($"compare {server} -c 4 {times} --rounds 1 --against 127.0.0.1:{other.Port} --against-pid {other.Id}", "rounds", 1),
            ($"compare {server} -c 4 {times} --rounds 1 --against 127.0.0.1:{node.WebPort} --against-transport Ws", "rounds", 1), // one node, two ways
            ($"growth {server} --of Connections --values 2,4 {times} --svg {FileOf("svg")}", "points", 2),
            ($"idle {server} -c 4 -s 1", "connections", 4),
            ($"login {server} --concurrency 2 {times}", "count", 1),
            ($"login {server} --concurrency 2 {times} --with-token", "count", 1),
            ($"login {server} --concurrency 2 {times} --protocol Legacy", "count", 1),
            ($"login {server} --concurrency 2 {times} --protocol Legacy --legacy-server", "count", 1),
            ($"offline {server} -c 4 --messages 20", "fetched", 40),
            ($"offline {server} -c 4 --messages 20 --rate 100", "fetched", 40),
            ($"offline {server} -c 4 --messages 20 --rate 100 --protocol Legacy", "fetched", 40),
            ($"offline {server} -c 4 --messages 20 --rate 100 --protocol Legacy --legacy-server", "fetched", 40),
            ($"offline {server} -c 4 --messages 2 --bytes 64 --rate 100 --protocol Legacy --legacy-server", "fetched", 4), // in the login ack
            ($"history {server} -c 4 --messages 50 {times}", "count", 1),
            ($"webhooks {server} --api http://127.0.0.1:{node.HttpPort} --api-key {Key} -c 4 -r 50 {times} --rounds 1", "rounds", 1),
            ($"webhooks {server} --api http://127.0.0.1:{node.HttpPort} --api-key {Key} -c 4 -r 50 {times} --rounds 2 --batch", "rounds", 2),
            ($"survive {target} -c 4 -s 2 --every 60", "acknowledged", 1),
        ])
        {
            Assert.True(Exit.Ok == await RunAsync($"{line} --json {FileOf("json")} --html {FileOf("html")}"), line);
            using var json = JsonDocument.Parse(await File.ReadAllTextAsync(FileOf("json")));
            var found = json.RootElement.GetProperty(member);
            Assert.True((found.ValueKind == JsonValueKind.Array ? found.GetArrayLength() : found.GetInt64()) >= least, $"{line}: {found}");
            if (line.Contains("--rate", StringComparison.Ordinal))
                Assert.Equal((100, 0), (json.RootElement.GetProperty("sending").GetProperty("offeredPerSecond").GetDouble(), json.RootElement.GetProperty("sending").GetProperty("censored").GetInt64()));
            Assert.EndsWith("</html>", (await File.ReadAllTextAsync(FileOf("html"))).TrimEnd(), StringComparison.Ordinal);
            File.Delete(FileOf("json"));
            File.Delete(FileOf("html"));
        }

        Assert.StartsWith("<svg", await File.ReadAllTextAsync(FileOf("svg")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pairs -t 127.0.0.1:1 -c 4")]
    [InlineData("pairs -t 127.0.0.1:x -c 4")]
    [InlineData("survive -t 127.0.0.1:x -c 4")]
    [InlineData("offline -t 127.0.0.1:1 -c 4 --protocol Legacy")]
    [InlineData("webhooks -t 127.0.0.1:1 -c 4 --api-key x")]
    [InlineData("webhooks -t 127.0.0.1:1 -c 4 --api-key x --protocol Legacy")]
    [InlineData("webhooks -t 127.0.0.1:1 -c 4 --api-key x --api here")]
    public async Task What_cannot_be_run_says_so_with_its_exit_code(string line) => Assert.Equal(Exit.NotRun, await RunAsync(line));

    [Fact]
    public async Task A_port_of_another_service_is_said_to_be_none_of_a_chat_server()
    {
        await using var node = await NodeProcess.StartAsync(_folder);
        var options = new WorkloadOptions { Targets = [ChatTarget.Parse($"127.0.0.1:{node.HttpPort}")] };
        Assert.Contains("chat server", Assert.Throws<BenchException>(() => new Enrolment(options).FindOrCreate(0, options.Targets[0])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_legacy_protocol_has_no_means_for_is_refused_by_name()
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
