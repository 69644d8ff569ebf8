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

    Task SetClockAsync(TimeSpan offset) => File.WriteAllTextAsync(ClockFile, offset.TotalSeconds.ToString(CultureInfo.InvariantCulture));

    async Task<NodeProcess> StartAsync()
    {
        var port = FreePort.Next();
        var node = NodeProcess.Launch(
            new NodeLaunch(
                [$"--Chat:Port={port}", $"--Chat:HttpPort={FreePort.Next()}", $"--Chat:Cluster:Port={_folder.ClusterPort}", .. _folder.Storage], _folder.Path)
            {
                Clock = "@" + ClockFile,
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
