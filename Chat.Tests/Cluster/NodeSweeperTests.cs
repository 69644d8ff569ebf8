using Akka.Actor;
using Akka.TestKit;
using Chat.Node.Cluster;
using Chat.Node.Contracts;
using Chat.Node.Storage;
using Chat.Protocol;
using Chat.Tests.Actors;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Chat.Tests.Cluster;

/// <summary>What becomes of the work of nodes that are gone.</summary>
public sealed class NodeSweeperTests : ActorTest
{
    const long Dead = 2002;

    static readonly ConversationId One = ConversationId.Direct(Alice, Bob);
    static readonly ConversationId Other = ConversationId.Direct(Bob, Carol);

    readonly TestProbe _conversations;
    readonly TestProbe _users;
    readonly Nodes _nodes;
    readonly Nodes _dead;

    public NodeSweeperTests()
    {
        (_conversations, _users) = (NewProbe("conversations"), NewProbe("users"));
        _nodes = new Nodes(Database, Node, Clock);
        _dead = new Nodes(Database, new NodeIdentity("there", Dead), Clock);
    }

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        await _nodes.RegisterAsync();
        await _dead.RegisterAsync();
        await _dead.AnnounceAsync("there:4053", 5);
        Assert.True(await _dead.TryFormAsync([]));
    }

    [Fact]
    public async Task A_node_that_is_no_member_is_fenced_and_its_conversations_and_users_are_woken_until_all_is_done()
    {
        await LogAsync(One, 1);
        await LogAsync(Other, 1);
        await Presence.SetAsync(Carol, Dead);
        var sweeper = Start(members: []);

        var woken = new List<ConversationId>
        {
            (await _conversations.ExpectMsgAsync<ResumeFanOut>()).Conversation, (await _conversations.ExpectMsgAsync<ResumeFanOut>()).Conversation,
        };
        Assert.Equal([One, Other], woken.OrderBy(id => id.A));
        Assert.False(await _dead.BeatAsync(1));
        sweeper.Tell(new FanOutFinished(One));
        await _conversations.FishForMessageAsync<ResumeFanOut>(again => again.Conversation == Other); // it may have lost the first word
        Assert.False(_users.HasMessages); // messages first
        sweeper.Tell(new FanOutFinished(Other));
        Assert.Equal(Carol, (await _users.ExpectMsgAsync<CheckPresence>()).UserId);
        await _users.FishForMessageAsync<CheckPresence>(_ => true); // until the user has looked
        Assert.Single(await _nodes.OthersAsync());

        await Presence.SetAsync(Carol, null);

        await EventuallyAsync(1L, $"SELECT finished FROM Node WHERE incarnation = {Dead}");
    }

    [Fact]
    public async Task When_the_database_fails_in_between_the_sweep_begins_again()
    {
        await LogAsync(One, 1);
        var reads = 0;
        Database.BeforeRead = () => ++reads == 2 ? throw new StorageException("not now") : Task.CompletedTask; // nodes, then conversations
        var sweeper = Start(members: []);

        Assert.Equal(One, (await _conversations.ExpectMsgAsync<ResumeFanOut>()).Conversation);
        sweeper.Tell(new FanOutFinished(One));

        await EventuallyAsync(1L, $"SELECT finished FROM Node WHERE incarnation = {Dead}");
    }

    [Fact]
    public async Task What_was_confirmed_before_the_mark_is_left_alone()
    {
        await LogAsync(One, 1);
        Clock.Advance(TimeSpan.FromMinutes(1));
        await _dead.BeatAsync(Clock.GetUtcNow().ToUnixTimeMilliseconds());
        await LogAsync(Other, 1);
        Start(members: []);

        Assert.Equal(Other, (await _conversations.ExpectMsgAsync<ResumeFanOut>()).Conversation);
    }

    [Fact]
    public async Task A_node_in_no_cluster_does_not_touch_one_that_gives_signs_of_life()
    {
        var looks = 0;
        Database.BeforeRead = () =>
        {
            Interlocked.Increment(ref looks);
            return Task.CompletedTask;
        };
        var sweeper = Start(members: null);
        for (var i = 0; i < 3; i++)
        {
            var before = Volatile.Read(ref looks);
            await AwaitAssertAsync(() => Assert.True(Volatile.Read(ref looks) > before), Patience);
            Clock.Advance(TimeSpan.FromSeconds(1));
            Assert.True(await _dead.BeatAsync(1));
        }

        Watch(sweeper);
        Stop(sweeper);
        await ExpectTerminatedAsync(sweeper);
        Assert.True(await _dead.BeatAsync(1));
    }

    IActorRef Start(IReadOnlyCollection<Akka.Cluster.Member>? members)
    {
        var services = new SweeperServices(
            _nodes, LogStore, Presence, Clock, NullLogger<NodeSweeper>.Instance, Region(_conversations.Ref), Region(_users.Ref),
            members is null ? null : () => members, NoBridge.Instance);
        return Sys.ActorOf(Props.Create(() => new NodeSweeper(services)));
    }

    Task<AppendOutcome[]> LogAsync(ConversationId id, long seq) => new MessageLogStore(Database, new NodeIdentity("there", Dead)).AppendAsync(
        [new LogRow(id, seq, Bob, $"c{seq}", Clock.GetUtcNow().ToUnixTimeMilliseconds(), BodyOf(Bob, "x"))]);
}
