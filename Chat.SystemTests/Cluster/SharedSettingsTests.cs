using Chat.Checker.Processes;
using Chat.Node.Cluster;
using Chat.Node.Hosting;
using Chat.SystemTests.EndToEnd;
using Chat.Tests.Support;
using Xunit;

namespace Chat.SystemTests.Cluster;

/// <summary>A node with other settings than its cluster's does not start, and says which.</summary>
[Collection(NodeCollection.Name)]
public sealed class SharedSettingsTests : IDisposable
{
    /// <summary>Only against hanging.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_first_difference_is_named()
    {
        Assert.Equal(("B", "2", "3"), SharedSettings.Difference("A=1;B=2;C=4", "A=1;B=3;C=5"));
        Assert.Null(SharedSettings.Difference("A=1;B=2", "B=2;A=1"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("C=1")]
    public void What_another_version_does_not_know_is_no_difference(string there) => Assert.Null(SharedSettings.Difference("A=1", there));

    [Theory]
    [InlineData("--Chat:History:Enabled=false", "Chat:History:Enabled is false here and true at ")]
    [InlineData("--Chat:Bridge:LegacyPasswords=true", "Chat:Bridge:LegacyPasswords is true here and false at ")]
    [InlineData("--Chat:Bridge:LegacyCharset=gbk", "Chat:Bridge:LegacyCharset is gbk here and auto at ")]
    [InlineData("--Chat:Redis:ConnectionString=127.0.0.1:1", "Chat:Redis:ConnectionString is set here and not set at ")]
    [InlineData("--Chat:Limits:MaxFrameBytes=4096", "Chat:Limits:MaxFrameBytes is 4096 here and 65536 at ")]
    public async Task A_node_with_another_setting_is_told_its_name(string setting, string expected)
    {
        await using var first = await TestNode.StartAsync(_folder);
        var failure = await Assert.ThrowsAsync<SettingsDifferException>(() => TestNode.StartAsync(_folder, setting));
        Assert.Contains(expected + first.ClusterAddress, failure.Message, StringComparison.Ordinal);
    }

    /// <summary>Its row looks as if it lived until it has been silent for a while.</summary>
    [Fact]
    public async Task A_node_that_is_dead_has_no_say()
    {
        await using (var dead = await NodeProcess.StartAsync(_folder))
            await dead.KillAsync();
        await using var node = await NodeProcess.StartAsync(_folder, null, "--Chat:History:Enabled=false");
        await using var client = await ModernTestClient.ConnectAsync(node.Port);
        Assert.False(node.HasExited);
    }

    /// <summary>Who forms the cluster has the say, whichever that is.</summary>
    [Fact]
    public async Task Of_two_that_start_together_with_different_settings_one_is_told()
    {
        await using var kept = NodeProcess.Launch(_folder, null, $"--Chat:Cluster:Port={FreePort.Next()}");
        await using var none = NodeProcess.Launch(_folder, null, $"--Chat:Cluster:Port={FreePort.Next()}", "--Chat:History:Enabled=false");
        var ended = await Task.WhenAny(kept.ExitCodeAsync(), none.ExitCodeAsync()).WaitAsync(Patience);
        Assert.Equal(2, await ended);
        var (loser, winner) = kept.HasExited ? (kept, none) : (none, kept);
        Assert.Contains("Chat:History:Enabled is ", loser.Output, StringComparison.Ordinal);
        await winner.Ready.WaitAsync(Patience);
        Assert.False(winner.HasExited);
    }

    /// <summary>It is as dead as one that was killed: it may not write any more when it wakes.</summary>
    [Fact]
    public async Task A_member_that_is_frozen_for_good_has_no_say_and_ends_when_it_wakes()
    {
        await using var frozen = await NodeProcess.StartAsync(_folder);
        await frozen.SignalAsync("STOP");
        await using var node = await NodeProcess.StartAsync(_folder, null, $"--Chat:Cluster:Port={FreePort.Next()}", "--Chat:History:Enabled=false");
        await frozen.SignalAsync("CONT");
        Assert.Equal(4, await frozen.ExitCodeAsync().WaitAsync(Patience));
        Assert.False(node.HasExited, node.Output + "\n----\n" + frozen.Output);
        await using var client = await ModernTestClient.ConnectAsync(node.Port);
        Assert.False(node.HasExited);
    }

    [Fact]
    public async Task It_ends_with_the_code_of_a_wrong_setting()
    {
        await using var first = await TestNode.StartAsync(_folder);
        var code = await ChatHost.RunAsync(
            ["--Chat:Port=0", "--Chat:WebPort=0", "--Chat:HttpPort=0", "--Chat:Cluster:Port=0", "--Chat:History:Enabled=false", "--Logging:LogLevel:Default=None", .. _folder.Storage]);
        Assert.Equal(2, code);
    }
}
