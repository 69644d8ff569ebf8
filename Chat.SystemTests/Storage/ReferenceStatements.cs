using Chat.Node.Storage;
using Chat.Protocol;
using Xunit;

namespace Chat.SystemTests.Storage;

/// <summary>The part of <see cref="EveryStatement"/> about what messages refer to.</summary>
static class ReferenceStatements
{
    static readonly ConversationId Group = ConversationId.Group(31);

    public static async Task RunAsync(IChatDatabase database, NodeIdentity node)
    {
        var log = new MessageLogStore(database, node);
        var references = new MessageReferences { Reply = 3, Thread = 2, Mentions = [20, 21, 22] };
        foreach (var count in (int[])[1, 20])
        {
            var first = (await log.HeadsAsync([Group]))[Group].Seq + 1;
            LogRow[] rows = [.. Enumerable.Range(0, count).Select(i => new LogRow(Group, first + i, 20, $"refers-{first + i}", ManyRows.Then + 300_000, "{}"u8.ToArray()) { References = references.ToBytes() })];
            Assert.All(await log.AppendAsync(rows), outcome => Assert.Equal(AppendStatus.Written, outcome.Status));
            var read = (await log.ReadAfterAsync(Group, first - 1, 100))[0];
            Assert.Equal([20, 21, 22], MessageReferences.Parse(read.References).Mentions);
        }

        var threads = new ThreadStore(database);
        Assert.Equal(22, (await threads.AfterAsync(Group, 2, 0, 100)).Count);
        Assert.Equal(10, (await threads.BeforeAsync(Group, 2, long.MaxValue, 10)).Count);
        Assert.Equal(21, (await threads.StatesAsync(Group, [.. Enumerable.Range(1, 1000).Select(seq => (long)seq)]))[2].Replies);
        var unread = await new MentionStore(database).UnreadAsync([.. Enumerable.Range(1, 100).Select(id => (21, ConversationId.Group(id), 0L))]);
        Assert.Equal(21, unread[(21, Group)].Count);
        var notify = new NotifyStore(database);
        Assert.True(await notify.ChangeAsync(21, new Dictionary<ConversationId, NotifyLevel> { [Group] = NotifyLevel.Mentions, [ConversationId.Group(32)] = NotifyLevel.All }));
        Assert.Equal(NotifyLevel.Mentions, (await notify.ReadAsync(21))[Group]);
        Assert.Equal(NotifyLevel.All, (await notify.ReadAsync(21))[ConversationId.Group(32)]);
        Assert.True(await notify.ChangeAsync(21, new Dictionary<ConversationId, NotifyLevel> { [ConversationId.Group(32)] = NotifyLevel.Default }));
        var levels = await new WakeLevels(database, ManyRows.GroupsOfEach - 1).ReadAsync([(21, Group), .. Enumerable.Range(1, 100).Select(id => (21, ConversationId.Group(100 + id)))]);
        Assert.Equal(101, levels.Values.Count(level => level == NotifyLevel.Mentions));
        Assert.Equal(1, (await new WakeLevels(database, ManyRows.GroupsOfEach).ReadAsync([.. levels.Keys])).Values.Count(level => level == NotifyLevel.Mentions));
        var basis = await new ReferenceStore(database).ReadBasisAsync(Group, 20, references with { Mentions = [.. Enumerable.Range(1, MessageReferences.MaxMentions)] });
        Assert.Equal((2, 0L), (basis.Messages.Count, basis.HiddenTo));
    }
}
