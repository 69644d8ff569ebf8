using Chat.Node.Storage;
using Chat.Protocol;
using Chat.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Chat.SystemTests.Storage;

/// <summary>The part of <see cref="EveryStatement"/> about users who are erased, and about what operators do.</summary>
static class ErasureStatements
{
    const int User = 20;
    static readonly ConversationId Group = ConversationId.Group(31);

    public static async Task RunAsync(IChatDatabase database, NodeIdentity node, ManualClock clock)
    {
        await AuditAsync(database, clock);
        await JobsAsync(database, node, clock);
        await MessagesAsync(database);
        await PersonAsync(database, clock);
    }

    static async Task AuditAsync(IChatDatabase database, ManualClock clock)
    {
        var audit = new AuditStore(database);
        var id = await audit.AddAsync(new AuditEntry { At = clock.Milliseconds, KeyId = 1, KeyName = "k", Operation = "changeUser", Subject = "users", Node = "here" });
        await audit.FinishAsync(id, 201, "users/7", "");
        Assert.Equal(201, Assert.Single(await audit.ListAsync(long.MaxValue, "users/7", 10), entry => entry.Id == id).Result);
        Assert.Equal(id, (await audit.ListAsync(long.MaxValue, null, 1))[0].Id);
        Assert.Equal(10, await audit.PurgeAsync(DateTimeOffset.FromUnixTimeMilliseconds(ManyRows.Then + 1_000_000), 10));
    }

    static async Task JobsAsync(IChatDatabase database, NodeIdentity node, ManualClock clock)
    {
        var store = new ErasureStore(database, node, clock);
        Assert.False(await store.AskAsync(1_000_000_000));
        Assert.True(await store.AskAsync(User));
        Assert.True(await store.AskAsync(User)); // nothing new
        Assert.DoesNotContain(User, await new Accounts(database).ExistingAsync([User, 21]));
        var job = (await store.ClaimAsync())!;
        Assert.Equal((User, ErasureStep.LogOut, ErasurePlace.Begin), (job.UserId, job.Step, job.Place));
        var elsewhere = new ErasureStore(database, new NodeIdentity("there:4053", node.Incarnation + 1), clock);
        Assert.Null(await elsewhere.ClaimAsync());
        Assert.False(await elsewhere.MoveAsync(job));
        Assert.True(await store.MoveAsync(job with { Step = ErasureStep.Late }, clock.Milliseconds + 1000));
        Assert.Null(await store.ClaimAsync());
        clock.Now += TimeSpan.FromSeconds(2);
        var taken = (await elsewhere.ClaimAsync())!;
        Assert.Equal(ErasureStep.Late, taken.Step);
        Assert.True(await elsewhere.MoveAsync(taken with { Step = ErasureStep.Done, Done = clock.Milliseconds, Messages = 3 }));
        Assert.Equal((3, clock.Milliseconds), ((await store.FindAsync(User))!.Messages, (await store.FindAsync(User))!.Done));
        Assert.Null(await elsewhere.ClaimAsync());
        Assert.True(await store.AskAsync(User)); // once more
        Assert.Null((await store.FindAsync(User))!.Done);
    }

    static async Task MessagesAsync(IChatDatabase database)
    {
        var messages = new ErasedMessages(database);
        for (var stage = 0; stage < ErasedMessages.Stages; stage++)
            Assert.NotEmpty(await messages.NextAsync(User, new ErasurePlace(stage, 0, 0, ErasurePlace.End)));
        var to = (await messages.EndOfPageAsync(Group, 0))!.Value;
        Assert.InRange(to, ManyRows.MessagesOfEach, ErasedMessages.PageSize);
        Assert.NotEmpty(await messages.OwnAsync(Group, 0, to, 1));
        Assert.NotEmpty(await messages.BodiesAsync(Group, 0, to, 1));
        var reaction = Assert.Single(await messages.ReactionsAsync(Group, 0, to, 3));
        await messages.ForgetReactionAsync(Group, reaction, 3);
        Assert.Empty(await messages.ReactionsAsync(Group, 0, to, 3));
        await messages.WriteAsync(Group, [(1, "{}"u8.ToArray())]);
        await messages.ForgetQueuedAsync(Group, [.. Enumerable.Range(1, 500)], [1, 2, 3]);
        var (to100, queued) = await messages.QueuedAsync(0, 100);
        Assert.InRange(queued.Count, 1, 100);
        Assert.Equal(queued[0].Id + 99, to100);
        Assert.Null((await messages.QueuedAsync(int.MaxValue, 100)).To);
        await messages.ForgetQueuedAsync([queued[0].Id]);
    }

    static async Task PersonAsync(IChatDatabase database, ManualClock clock)
    {
        var person = new ErasedPerson(database, clock);
        Assert.Equal($"erased-{User}", await person.RenameAsync(User));
        Assert.Equal($"erased-{User}", await person.RenameAsync(User));
        Assert.Equal($"erased-{User}", await person.NameAsync(User));
        await person.ForgetAsync(User);
        Assert.False(await person.ForgetQueueAsync(User)); // less than goes at once
        Assert.Empty(await new OfflineStore(database, clock, NullLogger<OfflineStore>.Instance).ReadAsync(User, 0, 10));
        Assert.True(await person.ForgetMentionsAsync(1));

        await person.ForgetContactsAsync(60);
        Assert.Empty((await new ContactLists(database).FriendsAsync(60, 0, 10)).Entries);
        Assert.NotEmpty(await new FileStore(database, clock).OwnedAsync(60, 0, 10));
        Assert.False(await person.ForgetFilesAsync(60));
        Assert.Empty(await new FileStore(database, clock).OwnedAsync(60, 0, 10));
        var group = (await person.GroupsAsync(60, 0))[0];
        Assert.NotNull(await person.HeirAsync(group, 60));
    }
}
