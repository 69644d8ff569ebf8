using Chat.Node.Contracts;
using Xunit;

namespace Chat.Tests.Delivery;

/// <summary>Nodes of other versions read the same number: the sign of each lane stays.</summary>
public sealed class DeliveryLifeTests
{
    [Fact]
    public void The_sign_tells_the_lane() =>
        Assert.Equal(
            [Lane.Side, Lane.Side, Lane.Ordered, Lane.Unlogged, Lane.Unlogged],
            new[] { long.MinValue, -1, 0, 1, long.MaxValue }.Select(DeliveryLife.LaneOf));

    [Fact]
    public void A_life_starts_on_its_lane() =>
        Assert.All(Enum.GetValues<Lane>(), lane => Assert.All(Enumerable.Range(0, 1000), _ => Assert.Equal(lane, DeliveryLife.LaneOf(DeliveryLife.Start(lane)))));

    [Fact]
    public void Only_the_log_is_one_life()
    {
        Assert.Equal(DeliveryLife.Start(Lane.Ordered), DeliveryLife.Start(Lane.Ordered));
        Assert.NotEqual(DeliveryLife.Start(Lane.Unlogged), DeliveryLife.Start(Lane.Unlogged));
        Assert.NotEqual(DeliveryLife.Start(Lane.Side), DeliveryLife.Start(Lane.Side));
    }
}
