using Chat.Node.Faults;
using Xunit;

namespace Chat.Tests.Hosting;

public sealed class CrashPointsTests
{
    [Theory]
    [InlineData("BeforeInsert", CrashPoint.BeforeInsert)]
    [InlineData("AfterCommit:3", CrashPoint.AfterCommit)]
    [InlineData("BeforeDrain:1", CrashPoint.BeforeDrain)]
    public void The_named_point_is_armed_and_no_other(string spec, object point) =>
        Assert.Equal([(CrashPoint)point], Armed(new CrashPoints(spec)));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("None")]
    [InlineData("Nowhere")]
    [InlineData(":1")]
    public void Without_a_point_nothing_is_armed(string? spec) => Assert.Empty(Armed(new CrashPoints(spec)));

    [Fact]
    public void Passages_before_the_named_one_are_survived()
    {
        var points = new CrashPoints("AfterFlush:3");
        points.Reach(CrashPoint.AfterFlush);
        points.Reach(CrashPoint.AfterCommit);
        points.Reach(CrashPoint.AfterFlush);
        Assert.True(points.IsArmed(CrashPoint.AfterFlush)); // this process is still here to say so
    }

    static IEnumerable<CrashPoint> Armed(CrashPoints points) => Enum.GetValues<CrashPoint>().Where(points.IsArmed);
}
