using Akka.TestKit;
using Chat.Node.Users;
using Chat.Tests.Actors;
using Xunit;

namespace Chat.Tests.Users;

public sealed class OfflineDeletesTests : ActorTest
{
    readonly TestProbe _self;
    readonly OfflineDeletes _deletes;

    public OfflineDeletesTests()
    {
        _self = NewProbe();
        _deletes = new OfflineDeletes(Bob, OfflineStore, _self.Ref);
    }

    [Fact]
    public async Task A_deletion_is_open_until_it_is_done()
    {
        await OfflineStore.InsertBridgedAsync(Bob, "{}");
        Assert.False(_deletes.HasOpenWork);
        _deletes.DeleteRow(await OfflineStore.NewestIdAsync());
        Assert.Equal((true, true), (_deletes.HasOpenWork, _deletes.IsUnderWay));
        End(hasFailed: false);
        Assert.False(_deletes.HasOpenWork);
        Assert.Equal(0, await ScalarAsync<int>("SELECT COUNT(*) FROM OfflineMessage"));
    }

    [Fact]
    public void What_failed_is_tried_again_at_each_tick_until_it_is_done()
    {
        Database.Writes = StatementFault.Refused;
        _deletes.DeleteRow(1);
        _deletes.DeleteRow(2);
        End(hasFailed: true);
        End(hasFailed: true);
        Assert.Equal((true, false), (_deletes.HasOpenWork, _deletes.IsUnderWay));
        _deletes.OnTick();
        End(hasFailed: true);
        End(hasFailed: true);
        Assert.True(_deletes.HasOpenWork);
        Database.Writes = StatementFault.None;
        _deletes.OnTick();
        Assert.True(_deletes.IsUnderWay);
        End(hasFailed: false);
        End(hasFailed: false);
        Assert.False(_deletes.HasOpenWork);
        _deletes.OnTick();
        Assert.False(_deletes.IsUnderWay);
    }

    void End(bool hasFailed)
    {
        var deleted = _self.ExpectMsg<OfflineDeletes.Deleted>();
        Assert.Equal(hasFailed, deleted.HasFailed);
        _deletes.OnDeleted(deleted);
    }
}
