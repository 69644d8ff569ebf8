using Chat.Node.Hosting;
using Xunit;

namespace Chat.Tests.Hosting;

public sealed class DescriptorBudgetTests
{
    [Theory]
    [InlineData(100_000, null, 300, 100_000)] // nothing is known
    [InlineData(100_000, 1_000_000L, 300, 100_000)]
    [InlineData(100, 20_000L, 300, 100)]
    [InlineData(100_000, 20_000L, 300, 20_000 - 300 - DescriptorBudget.Reserve)]
    [InlineData(100_000, 700L, 650, DescriptorBudget.LeastConnections)]
    [InlineData(10, 700L, 650, 10)]
    public void Connections_get_what_is_left(int wanted, long? limit, int open, int expected) =>
        Assert.Equal(expected, DescriptorBudget.ConnectionsFor(wanted, limit, open));

    [Fact]
    public void What_is_open_is_counted() => Assert.Equal(OperatingSystem.IsLinux(), DescriptorLimit.Open > 3);
}
