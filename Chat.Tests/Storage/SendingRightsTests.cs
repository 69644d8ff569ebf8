using Chat.Node.Storage;
using Xunit;

namespace Chat.Tests.Storage;

public sealed class SendingRightsTests
{
    [Fact]
    public void A_mute_ends_by_itself()
    {
        var rights = new SendingRights(5, admins: null, new Dictionary<int, long> { [3] = 1795410443660, [4] = long.MaxValue });
        Assert.Null(rights.RefusalOf(2, 0));
        Assert.Equal(new SendingRefusal("you are muted in group 5 until 2026-11-23 05:07:23 UTC", 1795410443660), rights.RefusalOf(3, 1795410443659));
        Assert.Null(rights.RefusalOf(3, 1795410443660));
        Assert.Equal(long.MaxValue, rights.RefusalOf(4, 1)?.Until); // a number that no date has
    }

    [Fact]
    public void Where_only_admins_send_they_may_be_muted_too()
    {
        var rights = new SendingRights(5, new HashSet<int> { 1, 2 }, new Dictionary<int, long> { [2] = 10 });
        Assert.Null(rights.RefusalOf(1, 0));
        Assert.Equal(10, rights.RefusalOf(2, 0)?.Until);
        Assert.Equal(new SendingRefusal("only the creator and the admins send to group 5", 0), rights.RefusalOf(3, 0));
        Assert.Null(SendingRights.Everybody.RefusalOf(3, 0));
    }
}
