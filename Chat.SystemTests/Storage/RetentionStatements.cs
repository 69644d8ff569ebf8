using Chat.Node.Storage;
using Chat.Protocol;
using Chat.Tests.Support;
using Dapper;
using Xunit;

namespace Chat.SystemTests.Storage;

/// <summary>The part of <see cref="EveryStatement"/> about messages that are kept no longer; the last one, because it takes them away.</summary>
static class RetentionStatements
{
    static readonly ConversationId Group = ConversationId.Group(30);
    static readonly ConversationId Direct = ConversationId.Direct(20, 21);

    public static async Task RunAsync(IChatDatabase database, NodeIdentity node, ManualClock clock)
    {
        var outbox = new WebhookOutbox(database, clock);
        var endpoint = (await new WebhookStore(database, clock).AddAsync("http://example.com", [new byte[32]], [], isBatch: false))!;
        await new WebhookMarks(database, outbox, clock).MarkAsync([(Group, 1)]);
        await database.WriteAsync((connection, transaction) => connection.ExecuteAsync(
            "REPLACE INTO WebhookChangeMark (a, b, first_rev, version) VALUES (@A, @B, 1, 1)", new { Group.A, Group.B }, transaction));
        var walks = new RetentionWalks(database, node);
        await walks.IsNeededAsync();
        Assert.Equal(RetentionWalks.PageSize, (await walks.NextAsync(clock.Milliseconds))!.Count);
        var store = new RetentionStore(database, outbox, clock);
        var log = new MessageLogStore(database, node);
        foreach (var id in (ConversationId[])[Group, Direct])
        {
            var last = (await log.HeadsAsync([id]))[id].Seq;
            Assert.Equal(last + 1, await store.FirstSinceAsync(id, 1, long.MaxValue));
            Assert.Equal(1, await store.FirstSinceAsync(id, 1, 0));
            Assert.True(await store.RaiseAsync(id, last));
            Assert.True(await store.RaiseAsync(id, last + 1));
            Assert.False(await store.RaiseAsync(id, last));
            var users = await store.UsersAsync(id, 0);
            Assert.NotEmpty(users);
            await store.ForgetQueuedAsync(id, users, last + 1);
            while (await store.CleanAsync(id))
                Assert.Empty(await log.ReadAfterAsync(id, 0, 10));
            Assert.True(await store.DeleteAsync(id, long.MaxValue));
            Assert.Equal(last, (await log.HeadsAsync([id]))[id].Seq);
        }

        Assert.True(await walks.IsNeededAsync());
        Assert.NotNull(endpoint);
    }
}
