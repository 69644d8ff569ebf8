using Chat.Node.Faults;
using Chat.Node.Storage;
using Chat.Node.Telemetry;
using Chat.Protocol;
using Chat.Tests.Support;
using Xunit;

namespace Chat.SystemTests.Storage;

/// <summary>The part of <see cref="EveryStatement"/> about messages that were changed, and the list of conversations.</summary>
static class ChangeStatements
{
    static readonly ConversationId Group = ConversationId.Group(30);

    public static async Task RunAsync(IChatDatabase database, ManualClock clock)
    {
        var lease = new NodeLease(clock);
        lease.Renew(clock.SteadyMilliseconds());
        var changes = new MessageChangeStore(database, lease, new CrashPoints(null));
        var basis = await changes.ReadBasisAsync(Group, [.. Enumerable.Range(1, 60).Select(seq => (long)seq)], [.. Enumerable.Range(1, 200)]);
        Assert.Equal((0, 60), (basis.Rev, basis.Messages.Count));
        var message = basis.Messages[7];
        (message.Rev, message.Edited, message.Changed) = (1, 5, 5);
        var set = new ChangeSet(Group, 0, 5, [message], new HashSet<long> { 7 }, [new ReactionWrite(7, 20, "👍", IsThere: true), new ReactionWrite(7, 21, "👍", IsThere: false)]);
        message.References = new MessageReferences { Mentions = [21] };
        Assert.True(await changes.WriteAsync(set));
        Assert.False(await changes.WriteAsync(set));
        var state = Assert.Single(await changes.StatesAsync(Group, 1, 60, 20));
        Assert.Equal((7L, 1L, 5L, 1), (state.Seq, state.Rev, state.Edited, state.Reactions["👍"]));
        Assert.Equal((7L, 1L), Assert.Single(await changes.StatesAsync(Group, [.. Enumerable.Range(1, 60).Select(seq => (long)seq)], 20)) is var same ? (same.Seq, same.Rev) : default);
        Assert.Equal(["👍"], Assert.Single(await changes.ChangesAsync(Group, 0, 10, 20)).Mine);
        Assert.Empty(await changes.ChangesAsync(Group, 1, 10, 20));
        message = (await changes.ReadBasisAsync(Group, [7], [])).Messages[7];
        Assert.Equal([21], message.References.Mentions);
        (message.Rev, message.References) = (2, MessageReferences.None);
        Assert.True(await changes.WriteAsync(new ChangeSet(Group, 1, 6, [message], new HashSet<long> { 7 }, [])));
        Assert.True((await changes.ReadBasisAsync(Group, [7], [])).Messages[7].References.IsEmpty);
        var views = new ConversationViews(database, clock);
        var change = new ChangeConversationRequest(Group) { Archive = true, ClearTo = 3, Draft = "x" };
        Assert.Equal(new ConversationView(3, ConversationFlags.Archived, "x"), await views.ChangeAsync(20, change));
        Assert.Equal(3, await views.HiddenToAsync(20, Group));
        Assert.Null((await views.ChangeAsync(20, new(Group) { Draft = "" })).Draft);
        var list = new ConversationListStore(database);
        var all = await new MessageLogStore(database, new NodeIdentity("here:4053", 5_000)).ConversationsOfAsync(20);
        Assert.NotEmpty(await list.ReadAsync(20, [.. all.Take(100)]));
        Assert.Single(await list.ReadAsync(20, [new SyncRow { A = Group.A, B = Group.B, Head = 7 }])); // one that was changed
        (message.Rev, message.Recalled, message.RecalledBy) = (3, 7, 20);
        Assert.True(await changes.WriteAsync(new ChangeSet(Group, 2, 7, [message], new HashSet<long> { 7 }, [])));
        Assert.Empty((await changes.ReadBasisAsync(Group, [7], [])).Messages[7].Reactions);
    }
}
