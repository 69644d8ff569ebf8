using System.Text;
using System.Text.Json;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Protocol;

/// <summary>Changes of messages on the wire: both sides.</summary>
public sealed class ChangeFramesTests
{
    static readonly ConversationId Pair = ConversationId.Direct(1, 3);

    public static TheoryData<ChangeMessageRequest, string> Requests => new()
    {
        { new(Pair, 41, ChangeKind.Edit, "a \"new\" text"), """{"msgid":131,"conversation":"d:1:3","seq":41,"edit":{"msg":"a \"new\" text"}}""" },
        { new(Pair, 41, ChangeKind.Recall), """{"msgid":131,"conversation":"d:1:3","seq":41,"recall":true}""" },
        { new(Pair, 41, ChangeKind.React, "1️⃣"), """{"msgid":131,"conversation":"d:1:3","seq":41,"react":"1️⃣"}""" },
        { new(Pair, 41, ChangeKind.React, "❤️"), """{"msgid":131,"conversation":"d:1:3","seq":41,"react":"❤️"}""" },
        { new(Pair, 41, ChangeKind.React, "🇩🇪"), """{"msgid":131,"conversation":"d:1:3","seq":41,"react":"🇩🇪"}""" },
        { new(Pair, 41, ChangeKind.React, "👍🏽"), """{"msgid":131,"conversation":"d:1:3","seq":41,"react":"👍🏽"}""" },
        { new(Pair, 41, ChangeKind.React, "👩‍🚀"), """{"msgid":131,"conversation":"d:1:3","seq":41,"react":"👩‍🚀"}""" },
        { new(Pair, 41, ChangeKind.Unreact, "👍"), """{"msgid":131,"conversation":"d:1:3","seq":41,"unreact":"👍"}""" },
        { new(Pair, 41, ChangeKind.Pin), """{"msgid":131,"conversation":"d:1:3","seq":41,"pin":true}""" },
        { new(Pair, 41, ChangeKind.Unpin), """{"msgid":131,"conversation":"d:1:3","seq":41,"pin":false}""" },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public void A_change_is_read_as_it_is_written(ChangeMessageRequest request, string json)
    {
        Assert.Equal(json + "\n", Encoding.UTF8.GetString(request.ToBytes()));
        Assert.Equal(request, Read(json));
    }

    [Theory]
    [InlineData("""{"msgid":131,"conversation":"d:1:3","seq":41}""", "nothing to change")]
    [InlineData("""{"msgid":131,"conversation":"d:1:3","seq":41,"recall":true,"pin":true}""", "more than one change")]
    [InlineData("""{"msgid":131,"conversation":"d:1:3","seq":41,"recall":false}""", "\"recall\" must be true")]
    [InlineData("""{"msgid":131,"conversation":"d:1:3","seq":41,"edit":"x"}""", "\"edit\" must be an object")]
    [InlineData("""{"msgid":131,"conversation":"d:1:3","seq":41,"edit":{"msg":"x","mentions":[1],"mentions":[2]}}""", "\"edit\" must be an object")]
    [InlineData("""{"msgid":131,"conversation":"d:1:3","seq":41,"edit":{"msg":"x","attachments":[]}}""", "\"edit\" must be an object")]
    [InlineData("""{"msgid":131,"conversation":"d:1:3","seq":41,"react":""}""", "\"react\" must be an emoji")]
    [InlineData("""{"msgid":131,"conversation":"d:1:3","seq":41,"react":"a b"}""", "\"react\" must be an emoji")]
    [InlineData("""{"msgid":131,"conversation":"d:1:3","seq":41,"react":"spam"}""", "\"react\" must be an emoji")]
    [InlineData("""{"msgid":131,"conversation":"d:1:3","seq":41,"react":"傻瓜"}""", "\"react\" must be an emoji")]
    [InlineData("""{"msgid":131,"conversation":"d:1:3","seq":41,"react":"👍1"}""", "\"react\" must be an emoji")]
    [InlineData("""{"msgid":131,"conversation":"d:1:3","seq":41,"react":"<b>"}""", "\"react\" must be an emoji")]
    [InlineData("""{"msgid":131,"conversation":"d:1:3","seq":41,"react":"👍👍"}""", "\"react\" must be an emoji")]
    [InlineData("""{"msgid":131,"conversation":"d:1:3","seq":41,"unreact":"12345678901234567890123456789012345678901234567890123456789012345"}""", "\"unreact\" must be")]
    [InlineData("""{"msgid":131,"conversation":"d:1:3","seq":0,"recall":true}""", "\"seq\"")]
    [InlineData("""{"msgid":131,"conversation":"x","seq":1,"recall":true}""", "\"conversation\"")]
    public void A_change_that_is_none_is_refused_with_what_is_wrong(string json, string reason)
    {
        var invalid = Assert.IsType<InvalidRequest>(Read(json));
        Assert.Equal(ErrorCode.Malformed, invalid.Error);
        Assert.Contains(reason, invalid.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Changes_are_asked_for_by_their_rev()
    {
        var request = new FetchChangesRequest(Pair, 12, 50);
        Assert.Equal("""{"msgid":133,"conversation":"d:1:3","since":12,"limit":50}""" + "\n", Encoding.UTF8.GetString(request.ToBytes()));
        Assert.Equal(request, Read("""{"msgid":133,"conversation":"d:1:3","since":12,"limit":50}"""));
    }

    [Fact]
    public void A_push_is_read_as_it_is_written()
    {
        var push = new MessageChangedPush(Pair, 41, 12, 11, 1)
        {
            Text = "new",
            Edited = 5,
            IsPinned = true,
            Reactions = new Dictionary<string, int> { ["👍"] = 3 },
            Who = [new ReactionNews(7, "👍", IsTakenBack: false), new ReactionNews(8, "🎉", IsTakenBack: true)],
        };
        var json = push.ToBytes();
        Assert.Equal(
            """{"msgid":132,"conversation":"d:1:3","seq":41,"rev":12,"prev":11,"by":1,"edit":{"msg":"new","ts":5},"pinned":true,"reactions":{"👍":3},"who":[{"id":7,"react":"👍"},{"id":8,"unreact":"🎉"}]}""" + "\n",
            Encoding.UTF8.GetString(json));
        Assert.Equal(json, MessageChangedPush.Read(Json(json)).ToBytes());
        var recall = new MessageChangedPush(Pair, 41, 12, 11, 1) { Recalled = new Recalled(1, 5) };
        Assert.Equal(recall.ToBytes(), MessageChangedPush.Read(Json(recall.ToBytes())).ToBytes());
    }

    [Fact]
    public void A_history_tells_what_has_become_of_a_message()
    {
        var push = ChatBody.ToPush("""{"id":1,"msg":"","msgid":6,"name":"a","time":"t","toid":3}"""u8, Pair, "c", 41, 9);
        var state = new MessageState(41, 12) { Recalled = new Recalled(1, 5), Reactions = new Dictionary<string, int> { ["👍"] = 2 }, Mine = ["👍"] };
        var told = state.AddTo(push);
        Assert.Equal(
            """{"id":1,"msg":"","msgid":6,"name":"a","time":"t","toid":3,"cmid":"c","conversation":"d:1:3","seq":41,"ts":9,"rev":12,"recalled":{"by":1,"ts":5},"reactions":{"👍":2},"mine":["👍"]}""" + "\n",
            Encoding.UTF8.GetString(told));
        var read = MessageState.Find(Json(told))!;
        Assert.Equal((41L, 12L, state.Recalled), (read.Seq, read.Rev, read.Recalled));
        Assert.Null(MessageState.Find(Json(push)));
    }

    [Fact]
    public void What_a_sender_says_about_its_message_in_the_words_of_the_server_is_not_told_in_a_history()
    {
        var body = """{"id":1,"mine":["👍"],"msg":"rev","msgid":6,"name":"a","p\u0069nned":true,"reactions":{"👍":99},"recalled":{"by":3},"rev":7,"time":"t","toid":3,"x":{"rev":1}}"""u8;
        var kept = """{"id":1,"msg":"rev","msgid":6,"name":"a","time":"t","toid":3,"x":{"rev":1}}""";
        Assert.Equal(kept, Encoding.UTF8.GetString(ChangedBody.WithoutState(body)));
        Assert.Equal(kept, Encoding.UTF8.GetString(ChangedBody.WithoutState(Encoding.UTF8.GetBytes(kept))));
        Assert.Equal("{\"rev\":", Encoding.UTF8.GetString(ChangedBody.WithoutState("{\"rev\":"u8)));
    }

    [Fact]
    public void A_client_reads_what_became_of_a_message_from_histories_alone()
    {
        var push = new MessageState(41, 12) { Edited = 5 }.AddTo(ChatBody.ToPush("""{"id":1,"msg":"new","msgid":6,"name":"a","time":"t","toid":3}"""u8, Pair, "c", 41, 9));
        Assert.Null(ChatPush.Find(Json(push))!.State);
        var history = HistoryReply.Read(Json(Encoding.UTF8.GetBytes("{\"messages\":[" + Encoding.UTF8.GetString(push) + "]}")));
        Assert.Equal((12, 5), (history.Messages[0].State!.Rev, history.Messages[0].State!.Edited));
    }

    [Fact]
    public void Changes_that_do_not_fit_come_with_the_next_answer()
    {
        var changes = Enumerable.Range(1, 10).Select(i => new MessageState(i, 100 + i) { Text = new string('x', 100), Edited = 5 }).ToList();
        var reply = ChangesReply.Read(Json(new ChangesReply(changes, 110, HasMore: false).ToBytes(default, 700)));
        Assert.InRange(reply.Changes.Count, 1, 9);
        Assert.Equal((reply.Changes[^1].Rev, true), (reply.Rev, reply.HasMore));
        Assert.Equal((changes[0].Text, 5L), (reply.Changes[0].Text, reply.Changes[0].Edited));
    }

    static Request Read(string json) => RequestReader.Read(Encoding.UTF8.GetBytes(json), isSpaced: false);

    static JsonElement Json(byte[] frame) => JsonDocument.Parse(frame).RootElement;
}
