using Chat.Checker.Processes;
using Chat.Node.Settings;
using Chat.Tests.Support;
using Xunit;

namespace Chat.SystemTests.EndToEnd;

/// <summary>
/// The database's answer comes when its statement is being cancelled: the driver then asks once more and waits for the answer on the
/// thread that it is on. A node whose sockets' events were handled on the sockets' own thread would stand still for good, and the
/// environment may ask for that.
/// </summary>
[Collection(NodeCollection.Name)]
public sealed class LateAnswerTests : IDisposable
{
    readonly TestFolder _folder = new(StorageProvider.MySql);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_node_goes_on_after_answers_that_come_while_their_statements_are_cancelled()
    {
        var server = await MariaDbServer.SharedAsync();
        await using var proxy = new HoldingProxy(server.Port);
        var through = _folder.ConnectionString.Replace($"Port={server.Port};", $"Port={proxy.Port};SslMode=None;", StringComparison.Ordinal);
        var port = FreePort.Next();
        string[] settings =
        [
            $"--Chat:Port={port}", $"--Chat:HttpPort={FreePort.Next()}", "--Chat:Cluster:Port=0", .. _folder.Storage, $"--Chat:Storage:ConnectionString={through}",
        ];
        await using var node = NodeProcess.Launch(
            new NodeLaunch(settings, _folder.Path) { Prefix = ["env", "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS=1"] }, port);
        await node.Ready.WaitAsync(TestNode.Patience);
        await using var alice = await node.LogInNewAsync("alice");
        await using var bob = await node.LogInNewAsync("bob");
        Assert.Equal(0, (await alice.SendToAsync(bob.UserId, "m1", "c1")).Number("errno"));

        var cancelled = proxy.SaidAsync("KILL QUERY");
        proxy.Hold();
        var posting = alice.SendToAsync(bob.UserId, "m2", "c2");
        await cancelled.WaitAsync(TestNode.Patience);
        proxy.Release();

        await posting; // accepted, or to be tried again
        Assert.Equal(2, await CrashTests.SendUntilAcceptedAsync(alice, bob.UserId, "m2", "c2"));
        await using var back = await node.LogInAsync("alice");
        Assert.Equal(3, await CrashTests.SendUntilAcceptedAsync(back, bob.UserId, "m3", "c3"));
    }
}
