using System.Text.Json;
using Akka.Actor;
using Akka.TestKit;
using Chat.Node.Contracts;
using Chat.Node.Links;
using Chat.Node.Storage;
using Chat.Node.Watching;
using Chat.Protocol;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Chat.Tests.Actors;

/// <summary>Hubs of presence that know each other as far as a test lets them.</summary>
public abstract class PresenceHubTest : ActorTest
{
    private protected static readonly ConversationId Pair = ConversationId.Direct(Alice, Bob);

    long _nodes;

    private protected TestHub Start(string? name = null, WatchIndex<IActorRef>? watches = null)
    {
        var road = new TestRoad();
        var services = new HubServices(new NodeIdentity("here", ++_nodes), Presence, Clock, NullLogger<PresenceHub>.Instance, 65536) { Contacts = new ContactBook(Database), Groups = new ContactStore(Database), Watches = watches ?? new() };
        return new TestHub(this, services, road, Sys.ActorOf(Props.Create(() => new PresenceHub(services, road)), name));
    }

    private protected static void Connect(params TestHub[] hubs)
    {
        foreach (var hub in hubs)
            hub.Road.Others = [.. hubs.Where(other => other != hub).Select(other => other.Ref)];
    }

    private protected static async Task<T> NextAsync<T>(TestProbe probe, Func<JsonElement, T> read) =>
        read(JsonDocument.Parse((await probe.ExpectMsgAsync<SessionNotice>(Patience)).Frame).RootElement);

    private protected static Task<PresencePush> NextPushAsync(TestProbe probe) => NextAsync(probe, json =>
    {
        Assert.Equal(MessageKind.Presence, json.GetProperty("msgid").GetInt32());
        return PresencePush.Read(json);
    });

    /// <summary>The ways between them; each may be cut.</summary>
    private protected sealed class TestRoad : IPresenceRoad
    {
        public volatile IReadOnlyList<IActorRef> Others = [];

        /// <summary>What is sent to others while it is true is lost.</summary>
        public volatile bool IsCut;

        public IReadOnlyList<IActorRef> Peers() => Others;

        public void Tell(IActorRef hub, IClusterMessage message, IActorRef sender)
        {
            if (!IsCut)
                hub.Tell(message, sender);
        }
    }

    private protected sealed record TestHub(PresenceHubTest Test, HubServices Services, TestRoad Road, IActorRef Ref)
    {
        public void Come(params int[] users)
        {
            foreach (var user in users)
                Ref.Tell(new UserCame(user));
        }

        public void Go(params int[] users)
        {
            foreach (var user in users)
                Ref.Tell(new UserWent(user, WasAway: false));
        }

        /// <summary>
        /// They are there and shown, and what was said to the hub before has become news. A clock that stands still goes on meanwhile, slowly.
        /// </summary>
        public Task ComeAndShowAsync(params int[] users)
        {
            Come(users);
            return ShowsAsync(TimeSpan.FromMilliseconds(100), [.. users.Select(user => (user, PresenceState.Online))]);
        }

        /// <summary>What the session is told in answer.</summary>
        public Task<WatchReply> WatchAsync(TestProbe session, int userId, int[] users, params ConversationId[] conversations)
        {
            Ref.Tell(new Watch(session.Ref, userId, users, conversations, default, long.MaxValue), ActorRefs.NoSender);
            return NextAsync(session, WatchReply.Read);
        }

        /// <summary>Everybody is shown so here, as somebody sees who comes just now.</summary>
        public Task ShowsAsync(params (int UserId, PresenceState State)[] expected) => ShowsAsync(TimeSpan.Zero, expected);

        public Task ShowsAsync(TimeSpan step, params (int UserId, PresenceState State)[] expected) => Test.AwaitAssertAsync(
            async () =>
            {
                Test.Clock.Advance(step);
                var fresh = Test.NewProbe();
                var reply = await WatchAsync(fresh, Carol, [.. expected.Select(entry => entry.UserId)]);
                Test.Sys.Stop(fresh.Ref);
                Assert.Equal(expected, reply.Presence.Select(entry => (entry.UserId, entry.State)));
            },
            Patience, TimeSpan.FromMilliseconds(50));
    }
}
