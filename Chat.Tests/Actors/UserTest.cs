using System.Text.Json;
using Akka.Actor;
using Akka.Configuration;
using Akka.TestKit;
using Chat.Node.Contracts;
using Chat.Node.Storage;
using Chat.Node.Users;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Actors;

/// <summary>The user bob between probes: conversations before him, sessions behind him.</summary>
public abstract class UserTest : ActorTest
{
    protected UserTest(string? config = null)
        : this(ConfigurationFactory.ParseString(config ?? ""))
    {
    }

    protected UserTest(Config config)
        : base(config)
    {
        Shard = NewProbe("shard");
        Conversation = NewProbe("conversation");
    }

    /// <summary>The parent of the users.</summary>
    protected TestProbe Shard { get; }

    protected TestProbe Conversation { get; }

    internal static ConversationId Pair => ConversationId.Direct(Alice, Bob);

    /// <summary>What the log of <see cref="Pair"/> ends with.</summary>
    protected const int Head = 300;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        await Storage.FilledLog.AppendAsync(Database, Pair, Head);
    }

    protected IActorRef Start(int maxSessions = 8, int maxFailures = 10, int userId = Bob)
    {
        var services = new UserServices(
            OfflineQueue, OfflineStore, Marks, new MarkQueue(Marks, Materializer), Presence, new UserLoader(Presence, new Revocations(Database, Clock), Materializer), new UserLimits(maxSessions, maxFailures), KeepsHistory: true, Clock, CrashPoints,
            Region(Conversation.Ref), new OneNode(Node), Others);
        return Shard.ChildActorOf(Props.Create(() => new UserActor(userId.ToString(), services)));
    }

    /// <summary>The servers outside the cluster.</summary>
    internal IBridge Others { get; set; } = NoBridge.Instance;

    /// <summary>All actors are here; the stored node 99 is gone, 98 lives outside the cluster, others in it.</summary>
    internal sealed class OneNode(NodeIdentity self) : INodeDirectory
    {
        public long IncarnationOf(IActorRef actor) => self.Incarnation;

        public bool IsAlive(long incarnation) => incarnation != GoneNode;

        public IReadOnlySet<long> UnclusteredNodes { get; } = new HashSet<long> { UnclusteredNode };
    }

    protected const long UnclusteredNode = 98;

    protected const long GoneNode = 99;

    internal static Deliver DeliverOf(
        long number, long? previous = null, long confirmedTo = 0, bool mayBeKnown = false, int sender = Alice, long originSession = 0) =>
        new(Bob, 0, number, previous ?? number - 1, confirmedTo, mayBeKnown,
            new AcceptedMessage(Pair, number, sender, $"c{number}", 1_000_000 + number, BodyOf(sender, $"m{number}"), originSession));

    internal void Deliver(IActorRef user, params long[] numbers)
    {
        foreach (var number in numbers)
            user.Tell(DeliverOf(number), Conversation.Ref);
    }

    /// <summary>A session that has been greeted, with the front of the queue that it was greeted with.</summary>
    internal async Task<(TestProbe Session, Attached Greeting)> AttachAsync(
        IActorRef user, long sessionId, bool isModern = true, byte[]? token = null, bool isReattach = false)
    {
        var session = NewProbe($"session-{sessionId}-{Guid.NewGuid():n}");
        user.Tell(new Attach(Bob, sessionId, isModern, isReattach, token), session.Ref);
        var greeting = await session.FishForMessageAsync<Attached>(_ => true);
        session.IgnoreMessages(message => message is OtherDevicesChanged);
        return (session, greeting);
    }

    internal static void Pushed(IActorRef user, TestProbe session, long sessionId, long upTo) =>
        user.Tell(new Pushed(Bob, sessionId, Pair, 0, upTo), session.Ref);

    /// <summary>Everything that was sent to the user before has been handled; fails if it said anything to this probe.</summary>
    protected static async Task FenceAsync(IActorRef user, TestProbe silent)
    {
        user.Tell(new CheckLogin(Bob), silent.Ref);
        Assert.IsType<LoginChecked>(await silent.ExpectMsgAsync<object>());
    }

    internal Task ExpectConfirmedAsync(long upTo) => AwaitAssertAsync(
        async () => Assert.Equal(upTo, (await Conversation.ExpectMsgAsync<DeliveryConfirmed>()).UpTo), Patience);

    protected Task<string?> QueuedAsync() => ScalarAsync<string>(
        $"SELECT GROUP_CONCAT(seq) FROM (SELECT seq FROM OfflineMessage WHERE userid = {Bob} ORDER BY id)");

    internal static string TextOf(ReadOnlyMemory<byte> body) => JsonDocument.Parse(body).RootElement.GetProperty("msg").GetString()!;
}
