using Akka.Actor;
using Akka.TestKit;
using Chat.Node.Contracts;
using Chat.Node.Conversations;
using Chat.Node.Storage;
using Chat.Tests.Actors;
using Xunit;

namespace Chat.Tests.Conversations;

/// <summary>The parts of a conversation of alice and bob without its actor, over a real log. No time passes by itself.</summary>
public abstract class ConversationPartsTest : ConversationTest
{
    protected ConversationPartsTest()
    {
        Clock.Stop();
        Self = NewProbe("self");
        var context = ActorOfAsTestActorRef<PartHost>(Props.Create(() => new PartHost(Self.Ref))).UnderlyingActor.OwnContext;
        Links = new UserLinks(context, Region(Users.Ref), NoWebhooks.Instance);
    }

    /// <summary>Gets what the parts tell their actor.</summary>
    protected TestProbe Self { get; }

    internal UserLinks Links { get; }

    internal sealed record Parts(ConversationState State, DeliveryLane Deliveries, LogWriter Writer, LogFollower Follower, Posts Posts);

    internal Parts Make(bool keepsHistory = true, params LogRow[] unfinished) => Make(new Participants(new HashSet<int> { Alice, Bob }), keepsHistory, unfinished);

    internal Parts Make(Participants participants, bool keepsHistory, params LogRow[] unfinished)
    {
        var services = Services(keepsHistory);
        var state = new ConversationState(Pair, keepsHistory);
        var deliveries = new DeliveryLane(Links, DeliveryLife.Start(keepsHistory ? Lane.Ordered : Lane.Unlogged), Clock);
        var writer = new LogWriter(MessageLog, FanOutWatermarks, Pair, Self.Ref);
        var follower = new LogFollower(Pair, services, state, deliveries, writer, Self.Ref);
        var head = unfinished.Length == 0 ? null : new LogHead(unfinished[^1].Seq, unfinished[^1].Ts, unfinished[^1].Sender, unfinished[^1].Cmid);
        follower.Start(new ConversationStart(head, participants, unfinished));
        return new Parts(state, deliveries, writer, follower, new Posts(Pair, services, state, deliveries, writer, follower, Self.Ref));
    }

    internal LogRow RowOf(long seq, long node = 0) => new(Pair, seq, Alice, $"c{seq}", Clock.GetUtcNow().ToUnixTimeMilliseconds(), BodyOf(Alice, $"c{seq}"), node);

    /// <summary>Nobody was told anything: what was told before this is known to have arrived.</summary>
    internal static void AssertSilent(TestProbe probe)
    {
        probe.Ref.Tell(Tick.Instance, ActorRefs.NoSender);
        Assert.Same(Tick.Instance, probe.ExpectMsg<object>());
    }
}
