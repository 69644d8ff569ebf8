using Chat.Node.Storage;
using Chat.Protocol;
using Chat.Tests.Support;
using Xunit;

namespace Chat.SystemTests.Storage;

/// <summary>The part of <see cref="EveryStatement"/> about endpoints of webhooks, and what they lack.</summary>
static class WebhookStatements
{
    static readonly ConversationId Direct = ConversationId.Direct(20, 21);
    static readonly ConversationId Group = ConversationId.Group(30);

    public static async Task RunAsync(IChatDatabase database, ManualClock clock)
    {
        var outbox = new WebhookOutbox(database, clock);
        await outbox.AddAsync("a.type", "{}");
        var store = new WebhookStore(database, clock);
        var endpoint = (await store.AddAsync("http://example.com", [new byte[32]], [], isBatch: false))!;
        await outbox.AddAsync("a.type", "{}");
        var number = Assert.Single(await outbox.NumbersAfterAsync(endpoint.OutboxTo, 10));
        Assert.Equal(number.Id, await outbox.NewestAsync());
        var occurred = Assert.Single(await outbox.ReadAsync([number.Id]));
        Assert.Equal(number, new EventNumber(occurred.Id, occurred.Created));
        await store.OnOutboxAsync(endpoint.Id, occurred.Id, new OutboxTrouble(2, 3, 4));
        Assert.False(await outbox.PurgeAsync(occurred.Id));
        Assert.True(await store.UpdateAsync(endpoint with { Types = ["message.created"] }, endpoint));
        var stored = Assert.Single(await store.AllAsync());
        Assert.Equal(("message.created", occurred.Id, new OutboxTrouble(2, 3, 4)), (stored.Types.Single(), stored.OutboxTo, stored.Trouble));
        await outbox.AddAsync("a.type", "{}");
        var late = Assert.Single(await outbox.NumbersAfterAsync(occurred.Id, 10)).Id;
        Assert.True(await store.GiveUpOutboxAsync(endpoint.Id, late, late));
        Assert.False(await store.GiveUpOutboxAsync(endpoint.Id, late, late)); // told once
        await ForgottenAsync(store, outbox, endpoint, clock);

        var marks = new WebhookMarks(database, outbox, clock);
        await marks.MarkAsync([(Direct, 1), (Group, 2)]);
        await marks.MarkAsync([(Direct, 5)]);
        await marks.StoreAsync([new WebhookCursor(endpoint.Id, Direct, 1), new WebhookCursor(endpoint.Id, Group, 1, Attempts: 1, FailingSince: 5, Due: 9)]);
        var (found, cursors) = await marks.ReadAfterAsync(null, 10);
        Assert.Equal([(Group, 2L, 1L), (Direct, 1L, 2L)], found.Select(mark => (mark.Conversation, mark.FirstSeq, mark.Version)));
        Assert.Equal(2, cursors.Count);
        Assert.Empty((await marks.ReadAfterAsync(Direct, 10)).Marks);
        var own = Assert.Single((await marks.ReadAsync([Direct])).Marks);
        Assert.Equal(Group, Assert.Single(await marks.FailingAsync(endpoint.Id, 10)).Conversation);
        var last = await marks.BuryAsync(new WebhookCursor(endpoint.Id, Direct, 1), "away");
        var dead = Assert.Single(await marks.DeadLettersAsync(endpoint.Id, 10));
        Assert.Equal((Direct, 2L, last!.Value), (dead.Conversation, dead.FromSeq, dead.ToSeq));
        Assert.Equal(dead, await marks.NextDeadLetterAsync(endpoint.Id, after: 0));
        Assert.Null(await marks.NextDeadLetterAsync(endpoint.Id, dead.Id));
        Assert.False(await marks.RemoveDeadLetterAsync(dead with { ToSeq = dead.ToSeq - 1 })); // it has grown since
        Assert.True(await marks.RemoveDeadLetterAsync(dead));
        Assert.Null(await marks.BuryAsync(new WebhookCursor(endpoint.Id, Direct, 1), "off", offSince: 1)); // it is on
        await marks.BuryAsync(new WebhookCursor(endpoint.Id, Group, 1), "away"); // left behind
        Assert.False(await marks.ClearAsync(own with { Version = 1 }));
        Assert.False(await marks.ClearAsync(own with { FirstSeq = 9 })); // another mark with the same version
        Assert.True(await marks.ClearAsync(own));
        Assert.True(await store.RemoveAsync(endpoint.Id));

        await WebhookChangeStatements.RunAsync(database, clock);

        while (await new WebhookLeftovers(database).DeleteAsync())
            Assert.Empty(await store.AllAsync());

        // A request that was under way when its endpoint was removed leaves nothing behind.
        await marks.StoreAsync([new WebhookCursor(endpoint.Id, Group, 7)]);
        Assert.Null(await marks.BuryAsync(new WebhookCursor(endpoint.Id, Direct, 1), "away"));
        Assert.Empty((await marks.ReadAsync([Group])).Cursors);
        Assert.Empty(await marks.DeadLettersAsync(endpoint.Id, 10));
    }

    /// <summary>Off, forgotten, on again from now on, and off.</summary>
    static async Task ForgottenAsync(WebhookStore store, WebhookOutbox outbox, WebhookEndpoint endpoint, ManualClock clock)
    {
        Assert.True(await store.DisableAsync(endpoint.Id, "gone"));
        var off = Assert.Single(await store.AllAsync());
        Assert.Equal((true, clock.Milliseconds), (off.IsKept, off.DisabledAt));
        Assert.False(await store.ForgetAsync(endpoint.Id, disabledAt: 1));
        Assert.True(await store.ForgetAsync(endpoint.Id, off.DisabledAt!.Value));
        off = Assert.Single(await store.AllAsync());
        Assert.False(off.IsKept);
        Assert.True(await store.UpdateAsync(off.On(), off));
        var gap = Assert.Single(await outbox.NumbersAfterAsync(Assert.Single(await store.AllAsync()).OutboxTo, 10));
        Assert.Equal($$"""{"endpoint":{{endpoint.Id}},"since":{{clock.Milliseconds}},"until":{{clock.Milliseconds}},"reason":"off"}""", Assert.Single(await outbox.ReadAsync([gap.Id])).Data);
        Assert.True(await store.DisableAsync(endpoint.Id, "gone"));
    }
}
