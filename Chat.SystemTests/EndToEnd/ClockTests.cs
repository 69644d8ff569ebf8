using System.Globalization;
using Chat.Checker.Processes;
using Chat.Tests.Support;
using Xunit;

namespace Chat.SystemTests.EndToEnd;

/// <summary>The clock of a node's machine is set while it runs, or is wrong at its start.</summary>
[Collection(NodeCollection.Name)]
public sealed class ClockTests : IDisposable
{
    static readonly TimeSpan Days = TimeSpan.FromDays(40);

    readonly TestFolder _folder = new();

    string ClockFile => Path.Combine(_folder.Path, "clock");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_clock_that_jumps_costs_nobody_a_token_and_stamps_no_message()
    {
        await using var node = await StartAsync();
        await using var alice = await node.LogInNewAsync("alice");
        var before = (await alice.SendToAsync(alice.UserId, "before")).Number("ts");
        await SetClockAsync(Days);
        await Eventually.TrueAsync(() => node.Output.Contains("the clock of this machine was set by", StringComparison.Ordinal));

        await using var again = await node.ConnectAsync();
        Assert.Equal(0, (await again.LogInAsync(new { msgid = 1, token = alice.Token })).Number("errno"));
        var during = (await again.SendToAsync(again.UserId, "during")).Number("ts");
        await SetClockAsync(TimeSpan.Zero);
        await Eventually.TrueAsync(() => node.Output.Contains("is taken up again", StringComparison.Ordinal));
        var after = (await again.SendToAsync(again.UserId, "after")).Number("ts");

        Assert.InRange(during, before, before + (long)TimeSpan.FromDays(1).TotalMilliseconds);
        Assert.InRange(after, during, before + (long)TimeSpan.FromDays(1).TotalMilliseconds);
    }

    [Fact]
    public async Task A_start_with_a_clock_that_is_ahead_deletes_no_token()
    {
        string token;
        await using (var node = await StartAsync())
        {
            await using var alice = await node.LogInNewAsync("alice");
            token = alice.Token;
        }

        await SetClockAsync(Days);
        await (await StartAsync()).DisposeAsync();
        await SetClockAsync(TimeSpan.Zero);
        await using var right = await StartAsync();
        await using var back = await right.ConnectAsync();
        Assert.Equal(0, (await back.LogInAsync(new { msgid = 1, token })).Number("errno"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_sync_hides_no_message_of_a_node_whose_clock_is_behind(bool startsLater)
    {
        await using var right = await StartAsync();
        NodeProcess? slow = startsLater ? null : await StartAsync("-120");
        try
        {
            await using var alice = await right.LogInNewAsync("alice");
            var groups = new List<long>();
            for (var i = 0; i < 12; i++)
                groups.Add((await alice.RequestAsync(new { msgid = 8, groupname = $"g{i}", groupdesc = "" })).Number("groupid"));
            var before = await alice.RequestAsync(new { msgid = 108 });
            slow ??= await StartAsync("-120");

            var times = new List<long>();
            foreach (var groupid in groups)
                times.Add((await alice.RequestAsync(new { msgid = 10, groupid, msg = "hi", cmid = "1" })).Number("ts"));
            Assert.Contains(times, ts => ts < times.Max() - 60_000); // by either clock
            await Eventually.TrueAsync(() => right.Output.Contains("is -120 s ahead of this node's", StringComparison.Ordinal) || right.Output.Contains("is -121 s ahead of this node's", StringComparison.Ordinal));
            var news = await alice.RequestAsync(new { msgid = 108, since = before.Text("token") });
            Assert.Equal(groups.Select(id => $"g:{id}").Order(), news.GetProperty("conversations").EnumerateArray().Select(entry => entry.Text("conversation")).Order());
            Assert.Empty((await alice.RequestAsync(new { msgid = 108, since = news.Text("token") })).GetProperty("conversations").EnumerateArray());
        }
        finally
        {
            if (slow is not null)
                await slow.DisposeAsync();
        }
    }

    Task SetClockAsync(TimeSpan offset) => File.WriteAllTextAsync(ClockFile, offset.TotalSeconds.ToString(CultureInfo.InvariantCulture));

    async Task<NodeProcess> StartAsync(string? clock = null)
    {
        var port = FreePort.Next();
        var node = NodeProcess.Launch(
            new NodeLaunch(
                [
                    $"--Chat:Port={port}", $"--Chat:WebPort={FreePort.Next()}", $"--Chat:HttpPort={FreePort.Next()}", $"--Chat:Cluster:Port={(clock is null ? _folder.ClusterPort : FreePort.Next())}",
                    .. _folder.Storage,
                ],
                _folder.Path)
            {
                Clock = clock ?? "@" + ClockFile,
            },
            port, _folder);
        await Task.WhenAny(node.Ready, node.ExitCodeAsync(), Task.Delay(TimeSpan.FromMinutes(2)));
        if (!node.Ready.IsCompletedSuccessfully)
        {
            await node.DisposeAsync();
            Assert.Fail(node.Output);
        }

        return node;
    }
}
