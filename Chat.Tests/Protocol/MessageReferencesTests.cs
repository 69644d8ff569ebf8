using System.Text;
using System.Text.Json;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Protocol;

/// <summary>What a message says it refers to, and who is told.</summary>
public sealed class MessageReferencesTests
{
    static readonly ConversationId Pair = ConversationId.Direct(1, 3);

    [Fact]
    public void Keys_of_a_client_of_version_3_are_taken_out_of_the_body()
    {
        var plain = Read("""{"msgid":6,"toid":3,"msg":"hi","cmid":"c","ref":7}""");
        var read = Read("""{"msgid":6,"toid":3,"thread":5,"msg":"hi","mentions":[3,1,3],"cmid":"c","reply":9,"ref":7}""");
        var request = Assert.IsType<SendMessageRequest>(read.WithReferences());
        Assert.Equal(BodyOf(plain), BodyOf(request));
        Assert.Equal((9L, 5L, "c", 3), (request.References.Reply, request.References.Thread, request.Cmid, request.TargetId));
        Assert.Equal([1, 3], request.References.Mentions);
        Assert.Equal("7", Encoding.UTF8.GetString(request.Ref.Token.Span));
        Assert.Equal("""{"reply":9,"thread":5,"mentions":[1,3]}""", Encoding.UTF8.GetString(request.References.ToBytes()));
    }

    [Fact]
    public void To_other_clients_they_are_the_senders_own()
    {
        var read = Read("""{"msgid":6,"toid":3,"msg":"hi","reply":"whatever"}""");
        Assert.Contains("\"reply\":\"whatever\"", BodyOf(read), StringComparison.Ordinal);
        Assert.True(read.References.IsEmpty);
    }

    [Fact]
    public void Other_keys_stay_where_they_are()
    {
        var read = Read("""{"msgid":10,"groupid":5,"msg":"hi \u00e9","x":{"reply":1},"mentions":"all"}""");
        var request = Assert.IsType<SendMessageRequest>(read.WithReferences());
        Assert.Contains("\"x\":{\"reply\":1}", BodyOf(request), StringComparison.Ordinal);
        Assert.DoesNotContain("mentions", BodyOf(request), StringComparison.Ordinal);
        Assert.True(request.References.MentionsAll);
        var without = Read("""{"msgid":10,"groupid":5,"msg":"hi","x":1}""");
        Assert.Same(without, without.WithReferences());
    }

    [Theory]
    [InlineData("\"reply\":0", "reply")]
    [InlineData("\"reply\":\"9\"", "reply")]
    [InlineData("\"reply\":1.5", "reply")]
    [InlineData("\"reply\":99999999999999999999", "reply")]
    [InlineData("\"thread\":-1", "thread")]
    [InlineData("\"thread\":null", "thread")]
    [InlineData("\"mentions\":\"ALL\"", "mentions")]
    [InlineData("\"mentions\":3", "mentions")]
    [InlineData("\"mentions\":[0]", "mentions")]
    [InlineData("\"mentions\":[\"3\"]", "mentions")]
    [InlineData("\"mentions\":[3000000000]", "mentions")]
    public void What_is_wrong_is_named_with_what_was_expected(string member, string key)
    {
        var invalid = Assert.IsType<InvalidRequest>(Read($$"""{"msgid":6,"toid":3,"msg":"hi","ref":7,{{member}}}""").WithReferences());
        Assert.Equal(ErrorCode.Malformed, invalid.Error);
        Assert.StartsWith($"\"{key}\" must be", invalid.Reason, StringComparison.Ordinal);
        Assert.Equal("7", Encoding.UTF8.GetString(invalid.Ref.Token.Span));
    }

    [Theory]
    [InlineData("\"reply\":4,\"reply\":5", "reply")]
    [InlineData("\"thread\":4,\"thre\\u0061d\":5", "thread")]
    [InlineData("\"mentions\":[3],\"mentions\":\"all\"", "mentions")]
    [InlineData("\"attachments\":[],\"reply\":4,\"attachments\":[]", "attachments")]
    public void What_is_there_twice_is_refused_and_in_other_versions_the_senders_business(string members, string key)
    {
        var message = Read($$"""{"msgid":6,"toid":3,"msg":"hi","ref":7,{{members}}}""");
        var invalid = Assert.IsType<InvalidRequest>(message.WithReferences());
        Assert.Equal((ErrorCode.Malformed, $"\"{key}\" is there twice: once is expected"), (invalid.Error, invalid.Reason));
        Assert.Equal("7", Encoding.UTF8.GetString(invalid.Ref.Token.Span));
    }

    [Fact]
    public void Fifty_are_mentioned_at_most_each_once()
    {
        Assert.Equal(50, Mentioning([.. Enumerable.Range(1, 50), 1, 2]).Count);
        Assert.IsType<InvalidRequest>(ReadMentions(Enumerable.Range(1, 51)).WithReferences());
        Assert.Empty(Mentioning([]));

        static IReadOnlyList<int> Mentioning(IEnumerable<int> ids) => Assert.IsType<SendMessageRequest>(ReadMentions(ids).WithReferences()).References.Mentions;
        static SendMessageRequest ReadMentions(IEnumerable<int> ids) => Read($$"""{"msgid":6,"toid":3,"msg":"hi","mentions":[{{string.Join(',', ids)}}]}""");
    }

    [Fact]
    public void The_push_has_them_behind_the_numbers_and_without_them_every_byte_is_as_it_was()
    {
        var body = """{"id":1,"msg":"hi","msgid":6,"name":"a","time":"t","toid":3}"""u8;
        var references = new MessageReferences { Reply = 9, MentionsAll = true };
        var push = Encoding.UTF8.GetString(ChatBody.ToPush(body, Pair, "c", 41, 5, references: references.ToBytes()));
        Assert.EndsWith(",\"seq\":41,\"ts\":5,\"reply\":9,\"mentions\":\"all\"}\n", push, StringComparison.Ordinal);
        Assert.EndsWith(",\"seq\":41,\"ts\":5}\n", Encoding.UTF8.GetString(ChatBody.ToPush(body, Pair, "c", 41, 5)), StringComparison.Ordinal);
        using var document = JsonDocument.Parse(push);
        var read = ChatPush.Find(document.RootElement)!.References;
        Assert.Equal((9L, true), (read.Reply, read.MentionsAll));
    }

    [Theory]
    [InlineData("""{"id":1,"mentions":"all","msg":"hi","reply":4}""", """{"id":1,"msg":"hi"}""")]
    [InlineData("""{"id":1,"msg":"hi","th\u0072ead":4}""", """{"id":1,"msg":"hi"}""")]
    [InlineData("""{"id":1,"msg":"say \"reply\" or \u0001"}""", """{"id":1,"msg":"say \"reply\" or \u0001"}""")]
    [InlineData("""{"id":1,"msg":"hi","x":{"reply":4}}""", """{"id":1,"msg":"hi","x":{"reply":4}}""")]
    public void What_a_client_of_version_2_made_up_is_not_shown_to_version_3(string body, string shown) =>
        Assert.Equal(shown, Encoding.UTF8.GetString(ChangedBody.WithoutReferences(Encoding.UTF8.GetBytes(body))));

    [Theory]
    [InlineData("{")]
    [InlineData("""{"reply":-1}""")]
    [InlineData("""{"mentions":[{}]}""")]
    public void What_others_have_written_into_the_table_is_nothing(string stored) => Assert.True(MessageReferences.Parse(Encoding.UTF8.GetBytes(stored)).IsEmpty);

    [Theory]
    [InlineData("""{"id":1,"last_reply":9,"msg":"hi","replies":4}""", """{"id":1,"msg":"hi"}""")]
    public void Nor_what_only_the_server_says_of_threads(string body, string shown) =>
        Assert.Equal(shown, Encoding.UTF8.GetString(ChangedBody.WithoutReferences(Encoding.UTF8.GetBytes(body))));

    [Fact]
    public void A_thread_is_told_behind_the_message_that_it_begins_with()
    {
        var push = new ThreadSummary(3, 57).AddTo(ChatBody.ToPush("""{"id":1,"msg":"hi","msgid":6,"name":"a","time":"t","toid":3}"""u8, Pair, "c", 41, 5));
        Assert.EndsWith(",\"ts\":5,\"replies\":3,\"last_reply\":57}\n", Encoding.UTF8.GetString(push), StringComparison.Ordinal);
        using var document = JsonDocument.Parse(ModernFrames.History(default, [push], keepNewest: false, hasMore: false, 65536));
        Assert.Equal(new ThreadSummary(3, 57), Assert.Single(HistoryReply.Read(document.RootElement).Messages).Threaded);
    }

    [Theory]
    [InlineData("\"thread\":5", 5, new long[0], null)]
    [InlineData("\"seqs\":[9,3,9]", 0, new long[] { 3, 9 }, null)]
    [InlineData("\"thread\":0", 0, new long[0], "\"thread\" must be")]
    [InlineData("\"thread\":\"5\"", 0, new long[0], "\"thread\" must be")]
    [InlineData("\"seqs\":[]", 0, new long[0], "\"seqs\" must be")]
    [InlineData("\"seqs\":[1,0]", 0, new long[0], "\"seqs\" must be")]
    [InlineData("\"seqs\":[7],\"seqs\":[8]", 0, new long[0], "\"seqs\" is there twice")]
    [InlineData("\"thread\":7,\"thread\":8", 0, new long[0], "\"thread\" is there twice")]
    [InlineData("\"seqs\":7", 0, new long[0], "\"seqs\" must be")]
    [InlineData("\"seqs\":[7],\"thread\":5", 0, new long[0], "\"seqs\" and")]
    [InlineData("\"seqs\":[7],\"after\":5", 0, new long[0], "\"seqs\" and")]
    public void A_thread_or_some_messages_are_asked_for(string members, long thread, long[] seqs, string? problem)
    {
        var request = Assert.IsType<FetchHistoryRequest>(RequestReader.Read(Encoding.UTF8.GetBytes($$"""{"msgid":107,"conversation":"d:1:3",{{members}}}"""), isSpaced: false));
        Assert.Equal(thread, request.Thread);
        Assert.Equal(seqs, request.Seqs);
        Assert.Equal(problem is null, request.Problem is null);
        Assert.StartsWith(problem ?? "", request.Problem ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public void A_hundred_messages_are_asked_for_at_most()
    {
        Assert.Equal(100, Asking(100).Seqs.Count);
        Assert.NotNull(Asking(101).Problem);

        static FetchHistoryRequest Asking(int count) => (FetchHistoryRequest)RequestReader.Read(
            Encoding.UTF8.GetBytes($$"""{"msgid":107,"conversation":"d:1:3","seqs":[{{string.Join(',', Enumerable.Range(1, count))}}]}"""), isSpaced: false);
    }

    [Fact]
    public void Which_messages_wake_the_user_is_read_as_it_was_written()
    {
        var levels = new Dictionary<ConversationId, NotifyLevel> { [Pair] = NotifyLevel.Mentions, [ConversationId.Group(5)] = NotifyLevel.None, [ConversationId.Group(6)] = NotifyLevel.All };
        var read = Assert.IsType<ChangeSettingsRequest>(RequestReader.Read(new ChangeSettingsRequest(new() { Notify = levels }).ToBytes(1)[..^1], isSpaced: false));
        Assert.Equal(levels, read.Change.Notify);
        using var document = JsonDocument.Parse(SettingsFrames.Reply(default, new UserSettings(PresencePrivacy.Everyone, [], []) { Notify = levels }, 65536, protocol: 3));
        Assert.Equal(levels, SettingsFrames.Read(document.RootElement).Notify);
        using var cut = JsonDocument.Parse(SettingsFrames.Reply(default, new UserSettings(PresencePrivacy.Everyone, [], []) { Notify = levels }, 165, protocol: 3));
        var some = SettingsFrames.Read(cut.RootElement);
        Assert.True(some.IsTruncated && some.Notify!.Count < levels.Count);
    }

    [Theory]
    [InlineData("""{"msg":"x"}""", null)]
    [InlineData("""{"msg":"x","mentions":[]}""", 0)]
    [InlineData("""{"mentions":[3,1],"msg":"x"}""", 2)]
    [InlineData("""{"msg":"x","mentions":"some"}""", -1)]
    [InlineData("""{"mentions":[3]}""", -1)]
    public void An_edit_may_say_whom_the_message_mentions(string edit, int? count)
    {
        var read = RequestReader.Read(Encoding.UTF8.GetBytes($$"""{"msgid":131,"conversation":"d:1:3","seq":4,"edit":{{edit}}}"""), isSpaced: false);
        if (count < 0)
            Assert.Contains("\"edit\" must be", Assert.IsType<InvalidRequest>(read).Reason, StringComparison.Ordinal);
        else
            Assert.Equal(count, Assert.IsType<ChangeMessageRequest>(read).Mentions?.Mentions.Count);
    }

    [Fact]
    public void A_recalled_message_keeps_its_place_and_mentions_nobody()
    {
        var left = new MessageReferences { Reply = 9, Thread = 5, Mentions = [3] }.Recalled;
        Assert.Equal((9L, 5L, false), (left.Reply, left.Thread, left.HasMentions));
    }

    static SendMessageRequest Read(string json) => Assert.IsType<SendMessageRequest>(RequestReader.Read(Encoding.UTF8.GetBytes(json), isSpaced: false));

    static string BodyOf(SendMessageRequest request) => Encoding.UTF8.GetString(request.BuildBody(new ChatSender(1, "alice")).Bytes.Span);
}
