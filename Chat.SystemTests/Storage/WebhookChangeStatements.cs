using Chat.Node.Faults;
using Chat.Node.Storage;
using Chat.Node.Telemetry;
using Chat.Protocol;
using Chat.Tests.Support;
using Xunit;

namespace Chat.SystemTests.Storage;

/// <summary>The part of <see cref="EveryStatement"/> about changes of messages that webhooks are told of.</summary>
static class WebhookChangeStatements
{
    static readonly ConversationId Direct = ConversationId.Direct(20, 21);
    static readonly ConversationId Group = ConversationId.Group(31);

    public static async Task RunAsync(IChatDatabase database, ManualClock clock)
    {
        var outbox = new WebhookOutbox(database, clock);
        var store = new WebhookStore(database, clock);
        var changes = new WebhookChanges(database, outbox);
        var lease = new NodeLease(clock);
        lease.Renew(clock.SteadyMilliseconds());
        var writes = new MessageChangeStore(database, lease, new CrashPoints(null), touches: null, changes);
        foreach (var (id, user) in (IEnumerable<(ConversationId, int)>)[(Direct, 20), (Group, 1)])
        {
            for (var rev = 1; rev <= 2; rev++)
            {
                var message = (await writes.ReadBasisAsync(id, [2], [user])).Messages[2];
                (message.Rev, message.Changed) = (rev, 5);
                Assert.True(await writes.WriteAsync(new ChangeSet(id, rev - 1, 5, [message], new HashSet<long>(), [new ReactionWrite(2, user, $"{rev}", IsThere: true)])));
            }
        }

        var (found, none) = await changes.MarksAfterAsync(null, 10);
        Assert.Equal([(Group, 1L, 2L), (Direct, 1L, 2L)], found.Select(mark => (mark.Conversation, mark.FirstSeq, mark.Version)));
        Assert.Empty(none);
        var changed = Assert.Single(await changes.ReadAfterAsync(Direct, 1, 10));
        Assert.Equal((2L, 2L, ChangedKind.Reacted, 2), (changed.Seq, changed.Rev, changed.Kind, changed.Reactions.Count));
        Assert.Empty(await changes.ReadAfterAsync(Direct, 2, 10));
        var endpoint = (await store.AddAsync("http://example.com", [new byte[32]], [], isBatch: false))!;
        var without = endpoint with { Types = ["user.created"] };
        Assert.True(await store.UpdateAsync(without, endpoint));
        Assert.True(await store.UpdateAsync(endpoint, without));
        Assert.Equal([2L, 2L], (await changes.MarksAfterAsync(null, 10)).Cursors.Select(cursor => cursor.Seq));
        var marks = new WebhookMarks(database, outbox, clock);
        await marks.StoreAsync([new WebhookCursor(endpoint.Id, Direct, 1, Attempts: 1, FailingSince: 5, Due: 9, IsOfChanges: true)]);
        Assert.Equal(1, Assert.Single((await changes.MarksAfterAsync(Group, 10)).Cursors).Seq);
        var (told, own) = await changes.MarksOfAsync([Direct, ConversationId.Group(9_999)]);
        Assert.Equal((found[1], 1L), (Assert.Single(told), Assert.Single(own).Seq));
        Assert.True(Assert.Single(await changes.FailingAsync(endpoint.Id, 10)).IsOfChanges);
        Assert.Equal(2, await changes.BuryAsync(new WebhookCursor(endpoint.Id, Direct, 1, IsOfChanges: true)));
        Assert.Equal(2, Assert.Single((await changes.MarksAfterAsync(Group, 10)).Cursors).Seq);
        Assert.False(await changes.ClearAsync(found[1] with { Version = 1 }));
        Assert.True(await changes.ClearAsync(found[1]));
        Assert.Empty((await changes.MarksAfterAsync(Group, 10)).Cursors);
        Assert.True(await store.RemoveAsync(endpoint.Id));
        await outbox.AddAsync("a.type", ["{}", "{}"]);
    }
}
