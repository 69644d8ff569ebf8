using System.Text.Json;
using Chat.Ctl;
using Chat.Ctl.Commands;
using Chat.Tests.Api;
using Chat.Tests.Support;
using Xunit;

namespace Chat.Tests.Ctl;

/// <summary><c>chatctl top</c>: its rules, and against a whole node.</summary>
[Collection(ApiCollection.Name)]
public sealed class TopTests(ApiNode node) : IDisposable
{
    readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Rates_are_what_was_counted_between_two_looks()
    {
        var rates = Assert.Single(Between(Answer(Figures(1000, accepted: 10, ack: [10, 0, 0])), Answer(Figures(3000, accepted: 50, ack: [10, 40, 0]))));
        Assert.Equal((20, 25), (rates.Messages, rates.Cpu));
        Assert.Equal((0.055, 0.0991), (rates.AckP50!.Value, rates.AckP99!.Value), (a, b) => Math.Abs(a.Item1 - b.Item1) + Math.Abs(a.Item2 - b.Item2) < 1e-9);
        Assert.Equal(("log", 25), (rates.FullestQueue, rates.FullestQueuePercent));
        Assert.Null(rates.DeliveryP99);
    }

    [Fact]
    public void A_node_of_which_there_is_one_look_has_no_rates_and_no_durations_of_its_whole_life()
    {
        foreach (var before in (JsonElement[])[JsonSerializer.SerializeToElement(new { nodes = Array.Empty<object>() }), Answer(Figures(90_000, accepted: 5000, ack: [5000, 0, 0]))])
        {
            var rates = Assert.Single(Between(before, Answer(Figures(2000, accepted: 10, ack: [10, 0, 0]))));
            Assert.Equal((null, null, null, 2), (rates.Messages, rates.AckP50, rates.Cpu, rates.Connections));
            Assert.Matches(@"(?m)^a:1\s+ready\s+-\s+-\s+-\s+-", TopCommand.Shown([rates], JsonSerializer.SerializeToElement(new { nodes = Array.Empty<object>() })));
        }
    }

    [Fact]
    public void A_node_that_is_silent_for_once_is_shown_and_goes_on_from_its_last_word()
    {
        var silent = JsonSerializer.SerializeToElement(new { nodes = new[] { new { node = "a:1" } } });
        var known = new Dictionary<string, JsonElement>();
        NodeRates.Since(known, Answer(Figures(1000, accepted: 10, ack: [10, 0, 0])));
        var missed = NodeRates.Since(known, silent);
        Assert.False(Assert.Single(missed).Answers);
        Assert.Contains("no answer", TopCommand.Shown(missed, silent), StringComparison.Ordinal);
        Assert.Equal(10, Assert.Single(NodeRates.Since(known, Answer(Figures(5000, accepted: 50, ack: [50, 0, 0])))).Messages);
    }

    [Fact]
    public async Task Live_it_goes_on_when_the_node_does_not_answer_for_once()
    {
        using var ending = new CancellationTokenSource();
        using var output = new SignalWriter(looks: 2, ending.Cancel);
        await using var door = new FailingDoor(node.Http.BaseAddress!, failures: [1]);
        Assert.Equal(0, await RunAsync(output, ending.Token, "top", "--interval", "1", "--node", door.Address).WaitAsync(Eventually.Patience));
        Assert.Contains("looking again", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Once_shows_the_nodes_and_ends()
    {
        using var output = new StringWriter();
        Assert.Equal(0, await RunAsync(output, "top", "--once", "--interval", "1"));
        Assert.Matches(@"(?m)^NODE\s+STATE\s+MSG/S", output.ToString());
        Assert.Matches(@"(?m)^127\.0\.0\.1:\d+\s+ready\s+\d", output.ToString());
    }

    [Fact]
    public async Task As_JSON_it_has_every_figure()
    {
        using var output = new StringWriter();
        Assert.Equal(0, await RunAsync(output, "top", "--json", "--interval", "1"));
        var shown = JsonDocument.Parse(output.ToString()).RootElement;
        var only = Assert.Single(shown.GetProperty("nodes").EnumerateArray());
        Assert.True(only.GetProperty("answers").GetBoolean());
        Assert.True(only.GetProperty("memoryBytes").GetInt64() > 10_000_000);
        Assert.Equal(JsonValueKind.Array, shown.GetProperty("warnings").ValueKind);
    }

    [Fact]
    public async Task Live_it_looks_again_and_again_until_it_is_told_to_end()
    {
        using var ending = new CancellationTokenSource();
        using var output = new SignalWriter(looks: 2, ending.Cancel);
        Assert.Equal(0, await RunAsync(output, ending.Token, "top", "--interval", "1").WaitAsync(Eventually.Patience));
        Assert.True(output.Looks >= 2);
    }

    [Theory]
    [InlineData("--interval", "0")]
    [InlineData("--interval", "soon")]
    [InlineData("--interval", "3601")]
    [InlineData("--timeout", "-1")]
    [InlineData("--timeout", "soon")]
    public async Task A_time_that_is_none_is_refused(string option, string seconds)
    {
        using var output = new StringWriter();
        Assert.Equal(ExitCode.WrongUsage, await RunAsync(output, "top", option, seconds));
    }

    Task<int> RunAsync(TextWriter output, params string[] command) => RunAsync(output, default, command);

    Task<int> RunAsync(TextWriter output, CancellationToken cancelled, params string[] command)
    {
        var key = Path.Combine(_folder.Path, "key");
        File.WriteAllText(key, ApiNode.Key);
        return new CtlProgram(TextReader.Null, output, TextWriter.Null).RunAsync([.. command, .. command.Contains("--node") ? Array.Empty<string>() : ["--node", node.Http.BaseAddress!.ToString()], "--key-file", key], cancelled);
    }

    static IReadOnlyList<NodeRates> Between(JsonElement before, JsonElement now)
    {
        var known = new Dictionary<string, JsonElement>();
        NodeRates.Since(known, before);
        return NodeRates.Since(known, now);
    }

    static JsonElement Answer(object figures) => JsonSerializer.SerializeToElement(new { nodes = new[] { new { node = "a:1", figures } } });

    static object Figures(long upMilliseconds, long accepted, long[] ack) => new
    {
        ready = true,
        upMilliseconds,
        cpuMilliseconds = upMilliseconds / 4,
        memoryBytes = 1,
        connections = 2,
        sessions = 1,
        totals = new { accepted, pushed = 0, drained = 0, refused = 0, slowConsumers = 0 },
        buckets = (double[])[0.01, 0.1],
        spreads = new { ack, delivery = (long[])[0, 0, 0] },
        queues = new object[] { new { name = "log", depth = 1, bound = 4 }, new { name = "marks", depth = 0, bound = 4 } },
    };

    /// <summary>Says when so many looks were shown.</summary>
    sealed class SignalWriter(int looks, Action signal) : StringWriter
    {
        public int Looks { get; private set; }

        public override Task WriteLineAsync(string? value)
        {
            if (value?.Contains("NODE", StringComparison.Ordinal) == true && ++Looks == looks)
                signal();
            return base.WriteLineAsync(value);
        }
    }
}
