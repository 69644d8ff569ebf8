using System.Text.RegularExpressions;
using Chat.Tests.Support;
using Xunit;

namespace Chat.SystemTests.EndToEnd;

public sealed class MemoryTrimTests : IDisposable
{
    readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task MemoryIsGivenBackWhenTheLoadHasFallen()
    {
        await using var node = await NodeProcess.StartAsync(
            _folder, null, "--Chat:Limits:FramesPerSecond=0", "--Logging:LogLevel:Chat.Node.Hosting.MemoryTrim=Debug");
        await using var alice = await node.LogInNewAsync("alice");
        await using var bob = await node.LogInNewAsync("bob");
        Assert.DoesNotContain("given back", node.Output, StringComparison.Ordinal);

        var text = new string('x', 16_000);
        for (var i = 0; i < 2000; i++)
            Assert.Equal(0, (await alice.SendToAsync(bob.UserId, text, $"{i}")).Number("errno"));

        await Eventually.TrueAsync(() => node.Output.Contains("given back", StringComparison.Ordinal));
        var megabytes = Regex.Match(node.Output, @"(?<megabytes>-?\d+) MB of memory given back", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Groups["megabytes"].Value;
        Assert.True(int.Parse(megabytes) > 0, node.Output);
    }
}
