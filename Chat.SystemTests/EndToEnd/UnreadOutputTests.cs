using System.Net;
using System.Net.Sockets;
using Akka.Actor;
using Chat.Node.Actors;
using Chat.Tests.Support;
using Xunit;

namespace Chat.SystemTests.EndToEnd;

/// <summary>Whoever started the node does not read what it prints.</summary>
[Collection(NodeCollection.Name)]
public sealed class UnreadOutputTests : IDisposable
{
    /// <summary>More than a log would take before it waits.</summary>
    const int Strangers = 4000;

    /// <summary>Both pipes are full before the node prints anything.</summary>
    const string WithFullPipes =
        "dd if=/dev/zero of=/proc/self/fd/2 bs=4096 count=1000 oflag=nonblock 2>/dev/null; dd if=/dev/zero of=/proc/self/fd/1 bs=4096 count=1000 oflag=nonblock 2>/dev/null; exec \"$@\"";

    readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_log_that_nobody_reads_holds_up_neither_messages_nor_health_nor_the_end()
    {
        await using var node = await NodeProcess.StartBehindAsync(_folder, WithFullPipes, isUnread: true, "--Chat:Limits:FramesPerSecond=0");
        await using var alice = await node.LogInNewAsync("alice");
        await using var bob = await node.LogInNewAsync("bob");
        var flood = FloodAsync(node.Port);
        var sent = 0;
        do
            await ExchangeAsync(alice, bob, ++sent);
        while (!flood.IsCompleted);
        await flood;
        await ExchangeAsync(alice, bob, ++sent);
        Assert.Equal(HttpStatusCode.OK, await node.ReadinessAsync());

        await node.TerminateAsync();
        await node.ExitAsync(0);
    }

    /// <summary>Its last words waited for a reader, and the node with them until its time was over.</summary>
    [Fact]
    public async Task The_actor_system_never_writes_to_it_by_itself()
    {
        await using var node = await TestNode.StartAsync(_folder);
        Assert.IsType<SilentLogger>(node.Service<ActorSystem>().Settings.StdoutLogger);
    }

    [Fact]
    public async Task A_reader_that_has_gone_holds_up_nothing()
    {
        await using var node = await NodeProcess.StartBehindAsync(_folder, "exec \"$@\"", isUnread: true);
        node.StopReading();
        await using var alice = await node.LogInNewAsync("alice");
        await using var bob = await node.LogInNewAsync("bob");
        await SpeakAsync(node.Port);
        await ExchangeAsync(alice, bob, 1);
        await node.TerminateAsync();
        await node.ExitAsync(0);
    }

    [Fact]
    public async Task A_wrong_setting_ends_a_node_whose_words_nobody_reads()
    {
        await using var node = NodeProcess.LaunchBehind(_folder, WithFullPipes, isUnread: true, "--Chat:Prot=1");
        await node.ExitAsync(2);
    }

    [Fact]
    public async Task A_stranger_cannot_fill_the_log()
    {
        await using var node = await NodeProcess.StartAsync(_folder);
        await FloodAsync(node.Port);
        await FloodAsync(_folder.ClusterPort);
        await Eventually.TrueAsync(() => node.Output.Contains(" more lines in ", StringComparison.Ordinal));
        await node.TerminateAsync();
        await node.ExitAsync(0);

        var lines = node.Output.Split('\n');
        Assert.InRange(lines.Length, 10, 100);
        Assert.DoesNotContain(lines, line => line.Contains("   at ", StringComparison.Ordinal));
    }

    static async Task ExchangeAsync(ModernTestClient alice, ModernTestClient bob, int number)
    {
        Assert.Equal(0, (await alice.SendToAsync(bob.UserId, $"m{number}")).Number("errno"));
        Assert.Equal($"m{number}", (await bob.NextAsync()).Text("msg"));
    }

    static Task FloodAsync(int port) => Parallel.ForAsync(0, Strangers, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (_, _) => await SpeakAsync(port));

    static async Task SpeakAsync(int port)
    {
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(IPAddress.Loopback, port);
        try
        {
            await tcp.GetStream().WriteAsync("garbage}{"u8.ToArray());
        }
        catch (IOException)
        {
            // closed already
        }
    }
}
