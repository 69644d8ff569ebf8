using System.Text.Json;
using Akka.Actor;
using Akka.TestKit;
using Chat.Node.Contracts;
using Chat.Node.Conversations;
using Chat.Node.Delivery;
using Chat.Node.Storage;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Actors;

/// <summary>A conversation between probes: sessions before it, the region of users behind it.</summary>
public abstract class ConversationTest : ActorTest
{
    protected ConversationTest(string? config = null)
        : base(config)
    {
        Users = NewProbe("users");
        Shard = NewProbe("shard");
        Session = NewProbe("session");
    }

    protected TestProbe Users { get; }

    /// <summary>The parent of the conversations.</summary>
    protected TestProbe Shard { get; }

    /// <summary>Session 100.</summary>
    protected TestProbe Session { get; }

    internal FanOutWatermarks FanOutWatermarks { get; } = new();

    /// <summary>What other nodes have not brought to everybody begins here.</summary>
    protected long UnfinishedSince { get; set; } = long.MaxValue;

    protected bool IsBridged { get; set; }

    /// <summary>What has become of groups; null: nobody is told.</summary>
    private protected SystemOutbox? System { get; set; }

    private protected IWebhooks Webhooks { get; set; } = NoWebhooks.Instance;

    internal static ConversationId Pair => ConversationId.Direct(Alice, Bob);

    protected IActorRef Start(string id = "d:1:2", bool keepsHistory = true)
    {
        var services = Services(keepsHistory);
        return Shard.ChildActorOf(Props.Create(() => new ConversationActor(id, services)));
    }

    internal ConversationServices Services(bool keepsHistory = true)
    {
        var loader = new ConversationLoader(LogStore, Accounts, ContactStore, Marks, new UnfinishedNodes(() => Task.FromResult(UnfinishedSince)), keepsHistory, Materializer) { Contacts = new ContactBook(Database) };
        return new ConversationServices(MessageLog, loader, FanOutWatermarks, keepsHistory, Clock, CrashPoints, Region(Users.Ref), new UserTest.OneNode(Node), Marks, IsBridged, Webhooks) { Changes = Changes, System = System };
    }

    internal static Post PostOf(
        long number, string cmid, ConversationId? conversation = null, long answeredTo = 0, int epoch = 0, int sender = Alice, long session = 100) =>
        new(conversation ?? Pair, session, number, number - 1, answeredTo, epoch, sender, cmid, BodyOf(sender, cmid), 0, SenderHasOtherDevices: false);

    /// <summary>What a session answers to refusals with retry: again with a new number, until it is accepted.</summary>
    internal async Task<PostAccepted> PostUntilAcceptedAsync(IActorRef conversation, string cmid, long firstNumber, ConversationId? id = null)
    {
        for (var attempt = 0; attempt < 200; attempt++)
        {
            var number = firstNumber + attempt;
            conversation.Tell(PostOf(number, cmid, id, answeredTo: number - 1, epoch: 1000 + (int)number), Session.Ref);
            var answer = await Session.ExpectMsgAsync<object>();
            if (answer is PostAccepted accepted)
                return accepted;
            Assert.Equal(ErrorCode.Unavailable, Assert.IsType<PostRefused>(answer).Error);
            await Task.Delay(10); // as a client would
        }

        throw new TimeoutException($"{cmid} was not accepted");
    }

    /// <summary>
    /// Everything that was sent to the conversation before has been handled when this returns; fails if that made it
    /// say anything to the session.
    /// </summary>
    protected async Task FenceAsync(IActorRef conversation)
    {
        conversation.Tell(PostOf(10, "far ahead", session: 999, sender: Alice), Session.Ref);
        var resend = await Session.ExpectMsgAsync<object>();
        Assert.IsType<ResendPosts>(resend);
    }

    internal async Task<Deliver> ExpectDeliverAsync(int userId, long number)
    {
        var deliver = await Users.ExpectMsgAsync<Deliver>();
        Assert.Equal((userId, number), (deliver.UserId, deliver.Number));
        return deliver;
    }

    /// <summary>A row that was found again goes to both: nobody knows whether the sender's other sessions had it.</summary>
    internal async Task<IReadOnlyList<Deliver>> ExpectDeliverToBothAsync(long number)
    {
        var delivers = await Users.ReceiveNAsync(2, Patience).Cast<Deliver>().ToListAsync();
        Assert.Equal([(Alice, number), (Bob, number)], delivers.Select(deliver => (deliver.UserId, deliver.Number)).Order());
        Assert.All(delivers, deliver => Assert.True(deliver.MayBeKnown));
        return delivers;
    }

    internal static void Confirm(IActorRef conversation, Deliver deliver, IActorRef user) => conversation.Tell(
        new DeliveryConfirmed(deliver.Message.Conversation, deliver.UserId, deliver.Incarnation, deliver.Number), user);

    /// <summary>Ends a conversation without any goodbye, and starts it again as another node would.</summary>
    protected async Task KillAsync(IActorRef conversation)
    {
        Watch(conversation);
        Stop(conversation);
        await ExpectTerminatedAsync(conversation);
        Unwatch(conversation);
    }

    internal Task AppendBehindItsBackAsync(long seq, string cmid, int sender = Bob) => LogStore.AppendAsync(
        [new LogRow(Pair, seq, sender, cmid, Clock.GetUtcNow().ToUnixTimeMilliseconds(), BodyOf(sender, cmid, Alice))]);

    internal static string TextOf(AcceptedMessage message) =>
        JsonDocument.Parse(message.Body).RootElement.GetProperty("msg").GetString()!;

    protected Task<long> LoggedAsync() => ScalarAsync<long>("SELECT COUNT(*) FROM MessageLog");
}
