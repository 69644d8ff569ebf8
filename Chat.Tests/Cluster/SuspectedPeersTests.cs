using Akka.Actor;
using Chat.Node.Cluster;
using Xunit;

namespace Chat.Tests.Cluster;

public sealed class SuspectedPeersTests
{
    [Fact]
    public async Task They_come_in_order_and_no_more_than_there_is_room_for_wait()
    {
        var suspects = new SuspectedPeers();
        for (var port = 1; port <= SuspectedPeers.MaxWaiting + 10; port++)
            suspects.Add(new Address("akka.tcp", "chat", "a", port));
        using var end = new CancellationTokenSource();
        var ports = new List<int?>();
        await foreach (var address in suspects.ReadAllAsync(end.Token))
        {
            ports.Add(address.Port);
            if (ports.Count == SuspectedPeers.MaxWaiting)
                break;
        }

        Assert.Equal(Enumerable.Range(1, SuspectedPeers.MaxWaiting).Select(port => (int?)port), ports);
        suspects.Add(new Address("akka.tcp", "chat", "b", 1));
        await foreach (var address in suspects.ReadAllAsync(end.Token))
        {
            Assert.Equal("b", address.Host);
            break;
        }
    }
}
