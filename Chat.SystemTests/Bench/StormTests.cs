using Chat.Bench.Storms;
using Chat.Bench.Workloads;
using Chat.SystemTests.EndToEnd;
using Chat.Tests.Support;
using Xunit;

namespace Chat.SystemTests.Bench;

/// <summary>
/// Small storms beside chatting pairs: the pairs lose nothing and stay, whatever goes on, and each storm gets the answer that is promised to it. How
/// fast the pairs are in it is measured by hand (docs/BENCH.md).
/// </summary>
[Collection(NodeCollection.Name)]
public sealed class StormTests : IDisposable
{
    const double Scale = 0.04;
    const long MaxBytes = 700L * 1024 * 1024;

    readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Pairs_beside_storms_lose_nothing_and_each_storm_gets_its_answer()
    {
        await using var node = await NodeProcess.StartAsync(_folder, null, "--Chat:Limits:LoginSeconds=2");
        var options = new StormOptions
        {
            Pairs = new WorkloadOptions { Targets = [ChatTarget.Parse($"127.0.0.1:{node.Port}")], Connections = 10 },
            Pids = [node.Id],
            Rate = 100,
            WarmUp = TimeSpan.FromSeconds(0.5),
            Measure = TimeSpan.FromSeconds(5), // until slow sockets are noticed
            Scale = Scale,
        };

        var results = await Task.Run(() => StormWorkload.Run(options, _ => { }));

        Assert.Equal(StormOptions.Storms, results.Select(storm => storm.Kind));
        Assert.All(results, storm => Assert.True(storm.IsClean, $"{storm.Kind}: {storm.Quiet.Tally} {storm.Stormy.Tally}"));
        Assert.All(results, storm => Assert.True(storm.Stormy.Delivered > 0, $"{storm.Kind}: nothing was delivered"));
        Assert.All(results, storm => Assert.InRange(storm.MaxBytes, storm.BytesBefore, MaxBytes));
        Assert.All(results, storm => Assert.True(storm.Logins.Values.Sum() > 0, $"{storm.Kind}: a login had no answer"));
        AssertSeen("overload", ("delivered", true), ("lost", false), ("twice", false), ("out of order", false), ("ended by the server", false));
        Assert.Equal((long)(5000 * Scale), Seen("connections")["answered"]);
        AssertSeen("slow", ("opened", true), ("ended by the server", true)); // who does not log in
        AssertSeen("unread", ("logged in, and read nothing", true), ("sent", true));
        AssertSeen("passwords", ("errno 1", true), ("errno 9", true), ("done", false)); // judged, then sent away without a look
        AssertSeen("registrations", ("done", true));
        AssertSeen("pings", ("done", true));

        IReadOnlyDictionary<string, long> Seen(string kind) => results.Single(storm => storm.Kind == kind).Seen;

        void AssertSeen(string kind, params (string What, bool IsSeen)[] expected) => Assert.All(
            expected, each => Assert.True(Seen(kind).GetValueOrDefault(each.What) > 0 == each.IsSeen, $"{kind}: {string.Join(", ", Seen(kind))}, {each}"));
    }
}
