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

        var basis = await new ReferenceStore(database).ReadBasisAsync(Group, 20, references with { Mentions = [.. Enumerable.Range(1, MessageReferences.MaxMentions)] });
        Assert.Equal((2, 0L), (basis.Messages.Count, basis.HiddenTo));
    }
}
