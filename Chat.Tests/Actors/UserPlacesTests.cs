using Akka.Actor;
using Akka.TestKit;
using Chat.Node.Contracts;
using Xunit;

namespace Chat.Tests.Actors;

/// <summary>A user with as many sessions as allowed, and one more login.</summary>
public sealed class UserPlacesTests : UserTest
{
    [Fact]
    public async Task Of_as_many_sessions_as_allowed_a_silent_one_gives_up_its_place_and_what_it_was_given()
    {
        var user = Start(maxSessions: 2);
        var (silent, _) = await AttachAsync(user, 100, isModern: false);
        Deliver(user, 1);
        await silent.ExpectMsgAsync<Push>();
        var (healthy, _) = await AttachAsync(user, 101, isModern: false);
        Pushed(user, healthy, 101, 0);
        var third = NewProbe();
        user.Tell(new Attach(Bob, 200, IsModern: false, IsReattach: false, null), third.Ref);
        await AnswerAsync(user, healthy, 101, isSilent: false);
        await AnswerAsync(user, silent, 100, isSilent: true);

        await silent.FishForMessageAsync<GiveUpPlace>(_ => true);
        await third.ExpectMsgAsync<Attached>();
        await third.FishForMessageAsync<Push>(push => push.Number == 1);
    }

    [Fact]
    public async Task Sessions_that_do_not_say_whether_their_peers_live_keep_their_places()
    {
        var user = Start(maxSessions: 1);
        var (first, _) = await AttachAsync(user, 100);
        var second = NewProbe();
        user.Tell(new Attach(Bob, 200, IsModern: true, IsReattach: false, null), second.Ref);
        await first.ExpectMsgAsync<ProvePeer>();
        Clock.Advance(TimeSpan.FromSeconds(6));

        await second.ExpectMsgAsync<AttachRefused>(Patience);
    }

    static async Task AnswerAsync(IActorRef user, TestProbe session, long sessionId, bool isSilent)
    {
        await session.FishForMessageAsync<ProvePeer>(_ => true);
        user.Tell(new PeerProved(Bob, sessionId, isSilent), session.Ref);
    }
}
