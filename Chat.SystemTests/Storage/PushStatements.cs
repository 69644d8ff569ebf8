using Chat.Node.Storage;
using Chat.Protocol;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Chat.SystemTests.Storage;

/// <summary>The part of <see cref="EveryStatement"/> that is about waking users.</summary>
static class PushStatements
{
    static readonly ConversationId Direct = ConversationId.Direct(20, 21);
    static readonly ConversationId Group = ConversationId.Group(30);

    public static async Task RunAsync(IChatDatabase database, NodeIdentity node, TimeProvider clock)
    {
        var interest = new WebhookInterest();
        var pushes = new PushStore(database, new WebhookOutbox(database, clock, interest));
        await new OfflineStore(database, clock, NullLogger<OfflineStore>.Instance, interest: interest)
            .InsertAsync([new OfflineRow(20, Direct, 9, "p9", 1, "{}"u8.ToArray()), new OfflineRow(20, Direct, 8, "p8", 1, "{}"u8.ToArray())]);
        Assert.Equal([new PendingPush(1, ConversationId.Group(1), 1), new PendingPush(11, ConversationId.Group(1), 1)], (await pushes.ReadDueAsync(ManyRows.Then + 11, 2)).Select(each => each.Push));
        Assert.InRange(await pushes.NextAsync(new DuePush(new PendingPush(1, Group, 1), IsMember: true, 0, IsRecalled: true)) ?? 0, 2, 10);
        await pushes.ForgetUnseenAsync([new DuePush(new PendingPush(20, Direct, 1), IsMember: true, 0, IsRecalled: true)]);
        await pushes.ForgetUnmentionedAsync([(new PendingPush(20, Direct, 8), 8)], new WakeLevels(database, 200)); // it stays: every message wakes
        await pushes.PostponeAsync([new PendingPush(1, ConversationId.Group(1), 1)], ManyRows.Then);
        await pushes.TellAsync([(new PendingPush(20, Direct, 8), "{}")], writesEvents: true);
        await new DeliveryMarks(database, clock, NullLogger<DeliveryMarks>.Instance, interest, pushes).RaiseAsync([new DeliveryMark(20, Direct, 0, 0, 8)]);
        var unread = await pushes.UnreadAsync([.. Enumerable.Range(0, 100).Select(i => 1 + i * 7).Append(20)]);
        Assert.InRange(unread.Of(20), 100, UnreadCount.Max);
        Assert.InRange((await new MessageLogStore(database, node).ReadAtAsync([.. Enumerable.Range(1, 200).Select(seq => (Group, (long)seq))])).Count, 100, 200);
        Assert.Equal(0, (await new DeliveryMarks(database, clock, NullLogger<DeliveryMarks>.Instance).ReadAsync([(20, Direct), (21, Direct)]))[(21, Direct)].ReadTo);
        Assert.True(await pushes.ForgetSomeAsync());
    }
}
