using Akka.TestKit;
using Chat.Node.Gateway;
using Chat.Tests.Support;
using Xunit;

namespace Chat.Tests.Actors;

/// <summary>A node that goes down sends its sessions elsewhere.</summary>
public sealed class SessionRegistryDrainTests : ActorTest
{
    readonly SessionRegistry _registry = new();

    [Fact]
    public async Task Every_session_is_told_also_one_that_is_added_meanwhile()
    {
        var early = Add("early");
        await early.ExpectNoMsgAsync(TimeSpan.Zero);
        _registry.Drain();
        await early.ExpectMsgAsync<DrainSession>();
        await Add("late").ExpectMsgAsync<DrainSession>();
    }

    [Fact]
    public async Task One_that_is_gone_is_not()
    {
        var gone = Add("gone", out var connection);
        _registry.Remove(connection);
        _registry.Drain();
        await gone.ExpectNoMsgAsync(TimeSpan.FromMilliseconds(50));
    }

    TestProbe Add(string id) => Add(id, out _);

    TestProbe Add(string id, out SessionConnection connection)
    {
        var session = NewProbe(id);
        connection = new TcpConnection(new PipeConnection(id), Clock);
        _registry.Add(connection, session.Ref);
        return session;
    }
}
