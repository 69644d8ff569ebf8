using Chat.Node.Hosting;
using Xunit;

namespace Chat.Tests.Hosting;

public sealed class CrashPointsTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("None")]
    [InlineData("Nowhere:3")]
    public void Without_a_point_nothing_is_armed(string? spec)
    {
        var points = new CrashPoints(spec);
        Assert.All(Enum.GetValues<CrashPoint>(), point => Assert.False(points.IsArmed(point)));
    }

    [Theory]
    [InlineData("AfterCommit")]
    [InlineData("AfterCommit:7")]
    public void One_point_is_armed(string spec)
    {
        var points = new CrashPoints(spec);
        Assert.Equal([CrashPoint.AfterCommit], Enum.GetValues<CrashPoint>().Where(points.IsArmed));
    }
}
