using System.Text;
using System.Text.Json;
using Chat.Node.Storage;
using Chat.Node.Webhooks;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Webhooks;

public sealed class ChangeEventTests
{
    static readonly ConversationId Pair = ConversationId.Direct(1, 3);

    [Fact]
    public void An_endpoint_has_a_rev_when_it_has_all_of_it()
    {
        var events = ChangeEvent.Of(Pair, [Of(ChangedKind.Reacted, 4), Of(ChangedKind.Edited, 9), Of(ChangedKind.Reacted, 9)]).ToList();
        Assert.Equal([("message.reacted", 4L), ("message.edited", 8L), ("message.reacted", 9L)], events.Select(each => (each.Type, each.UpTo)));
        Assert.Equal(["c:d:1:3:4:reacted", "c:d:1:3:9:edited", "c:d:1:3:9:reacted"], events.Select(each => ChangeEvent.ToBody([each]).Id));
        var all = ChangeEvent.ToBody(events);
        Assert.Equal(("c:d:1:3:4-9", 9L, (byte)'['), (all.Id, all.UpTo, all.Body.Span[0]));
    }

    [Fact]
    public void Of_a_recalled_message_nothing_else_is_told_and_no_text()
    {
        var told = Assert.Single(ChangeEvent.Of(Pair, [Of(ChangedKind.Edited, 3, recalledBy: 3), Of(ChangedKind.Recalled, 5, recalledBy: 3)]));
        Assert.Equal(
            """{"type":"message.recalled","timestamp":"1970-01-01T00:00:09Z","data":{"conversation":"d:1:3","seq":41,"rev":5,"ts":7,"from":3,"to":1,"cmid":"c","by":3,"recalled":8}}""",
            TextOf(told));
    }

    [Fact]
    public void An_edit_has_the_text_and_reactions_have_their_counts()
    {
        Assert.Equal(
            """{"type":"message.edited","timestamp":"1970-01-01T00:00:09Z","data":{"conversation":"d:1:3","seq":41,"rev":9,"ts":7,"from":3,"to":1,"cmid":"c","msg":"new","edited":6}}""",
            TextOf(Assert.Single(ChangeEvent.Of(Pair, [Of(ChangedKind.Edited, 9)]))));
        var reacted = Of(ChangedKind.Reacted, 2);
        reacted.Reactions["👍"] = 3;
        var data = JsonDocument.Parse(TextOf(Assert.Single(ChangeEvent.Of(Pair, [reacted])))).RootElement.GetProperty("data");
        Assert.Equal(3, data.GetProperty("reactions").GetProperty("👍").GetInt32());
    }

    static string TextOf(ChangeEvent told) => Encoding.UTF8.GetString(ChangeEvent.ToBody([told]).Body.Span);

    static ChangedMessage Of(ChangedKind kind, long rev, int recalledBy = 0) => new()
    {
        Seq = 41,
        Kind = kind,
        Rev = rev,
        Changed = 9000,
        Edited = 6,
        RecalledBy = recalledBy,
        Recalled = 8,
        Sender = 3,
        Cmid = "c",
        Ts = 7,
        Body = """{"id":3,"msg":"new","msgid":6,"toid":1}"""u8.ToArray(),
    };
}
