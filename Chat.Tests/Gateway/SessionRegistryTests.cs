using Chat.Node.Gateway;
using Xunit;

namespace Chat.Tests.Gateway;

public sealed class SessionRegistryTests
{
    [Fact]
    public void So_many_connections_are_let_in_and_one_that_leaves_makes_room()
    {
        var registry = new SessionRegistry();
        Assert.Equal([true, true, false, false], Enumerable.Range(0, 4).Select(_ => registry.TryEnter(2)));
        Assert.Equal(2, registry.Count);
        registry.Leave();
        Assert.True(registry.TryEnter(2));
        Assert.False(registry.TryEnter(2));
    }
}
