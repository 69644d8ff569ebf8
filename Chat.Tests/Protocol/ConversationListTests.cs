using System.Text;
using System.Text.Json;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Protocol;

/// <summary>The list of conversations on the wire: both sides.</summary>
public sealed class ConversationListTests
{
    static readonly ConversationId Pair = ConversationId.Direct(1, 3);
    static readonly RequestRef Ref = new("7"u8.ToArray());

    [Theory]
    [InlineData("""{"msgid":134}""", null, 100, false, false)]
    [InlineData("""{"msgid":134,"after":"d:1:3","limit":20,"unread":true,"archived":true}""", "d:1:3", 20, true, true)]
    [InlineData("""{"msgid":134,"limit":9999,"unread":false,"archived":false}""", null, 100, false, false)]
    public void It_is_asked_for_page_by_page(string json, string? after, int limit, bool unread, bool archived)
    {
        ConversationId? id = ConversationId.TryParse(after, out var found) ? found : null;
        var request = new ListConversationsRequest(id, limit, unread, archived);
        Assert.Equal(request, Requests.Read(Encoding.UTF8.GetBytes(json)));
        Assert.Equal(request, Requests.Read(request.ToBytes()));
    }

    [Theory]
    [InlineData("""{"msgid":134,"after":7}""", "\"after\"")]
    [InlineData("""{"msgid":134,"after":"d:3:1"}""", "\"after\"")]
    [InlineData("""{"msgid":134,"limit":0}""", "\"limit\"")]
    [InlineData("""{"msgid":134,"unread":1}""", "\"unread\" must be true or false")]
    [InlineData("""{"msgid":134,"unread":true,"unread":false}""", "\"unread\" is there twice")]
    [InlineData("""{"msgid":134,"archived":true,"archived":true}""", "\"archived\" is there twice")]
    [InlineData("""{"msgid":134,"archived":"yes"}""", "\"archived\" must be true or false")]
    public void What_is_wrong_is_named(string json, string expected) =>
        Assert.Contains(expected, Assert.IsType<InvalidRequest>(Requests.Read(Encoding.UTF8.GetBytes(json))).Reason, StringComparison.Ordinal);

    [Fact]
    public void An_entry_is_read_as_it_is_written_and_says_nothing_that_is_not_so()
    {
        var full = Full(42, "{\"msg\":\"hi\",\"seq\":42}");
        var plain = new ConversationSummary(ConversationId.Group(2), 7) { Received = 6, Read = 5, Unread = 2 };
        var bytes = new ConversationsReply([full, plain], 12, HasMore: true).ToBytes(Ref, 65536);
        Assert.Equal(
            """{"msgid":102,"ref":7,"errno":0,"conversations":[{"conversation":"d:1:3","head":42,"rev":9,"floor":3,"received":41,"read":40,"unread":2,"marked":true,"last":{"msg":"hi","seq":42},"peer":{"received":39,"read":38},"pinned":true,"muted":true,"archived":true,"draft":"so \"far\""},{"conversation":"g:2","head":7,"received":6,"read":5,"unread":2}],"unread":12,"more":true}""" + "\n",
            Encoding.UTF8.GetString(bytes));
        var read = ConversationsReply.Of(Json(bytes), userId: 1);
        Assert.Equal((12L, true), (read.Unread, read.HasMore));
        Assert.Equal(full.Last.ToArray(), read.Conversations[0].Last.ToArray());
        Assert.Equal(full with { Last = default }, read.Conversations[0] with { Last = default });
        Assert.Equal(plain, read.Conversations[1]);
        Assert.Throws<FormatException>(() => ConversationsReply.Of(Json("""{"conversations":[{"head":1}]}"""u8.ToArray()), 1));
    }

    [Fact]
    public void What_does_not_fit_is_left_for_the_next_page_and_nothing_is_stuck()
    {
        var large = Full(1, $"{{\"msg\":\"{new string('x', 3000)}\"}}");
        var small = Full(2, "{}");
        var longDraft = small with { Draft = new string('x', 3000) };
        Assert.Equal([1L, 2L], Heads([large, small, large], 4096, more: true));
        Assert.Equal([2L], Heads([small, large], 3200, more: true));

        var cut = Read([large, small], 1024).Conversations;
        Assert.Equal([1L, 2L], cut.Select(conversation => conversation.Head));
        Assert.True(cut[0].Last.IsEmpty);
        Assert.Equal("so \"far\"", cut[0].Draft);
        Assert.Null(Assert.Single(Read([longDraft, large], 1024).Conversations).Draft);
    }

    public static TheoryData<ChangeConversationRequest, string> Changes => new()
    {
        { new(Pair) { Archive = true }, """{"msgid":135,"conversation":"d:1:3","archive":true}""" },
        { new(Pair) { Archive = false, MarkUnread = true }, """{"msgid":135,"conversation":"d:1:3","archive":false,"unread":true}""" },
        { new(Pair) { ClearTo = 42, Draft = "so \"far\"" }, """{"msgid":135,"conversation":"d:1:3","clear_to":42,"draft":"so \"far\""}""" },
        { new(Pair) { Draft = "" }, """{"msgid":135,"conversation":"d:1:3","draft":""}""" },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void A_change_is_read_as_it_is_written(ChangeConversationRequest request, string json)
    {
        Assert.Equal(json + "\n", Encoding.UTF8.GetString(request.ToBytes()));
        Assert.Equal(request, Requests.Read(Encoding.UTF8.GetBytes(json)));
    }

    [Theory]
    [InlineData("""{"msgid":135,"archive":true}""", "\"conversation\"")]
    [InlineData("""{"msgid":135,"conversation":"d:1:3"}""", "nothing to change")]
    [InlineData("""{"msgid":135,"conversation":"d:1:3","archive":1}""", "\"archive\" must be true or false")]
    [InlineData("""{"msgid":135,"conversation":"d:1:3","archive":true,"archive":false}""", "\"archive\" is there twice")]
    [InlineData("""{"msgid":135,"conversation":"d:1:3","unread":false}""", "\"unread\" must be true")]
    [InlineData("""{"msgid":135,"conversation":"d:1:3","clear_to":0}""", "\"clear_to\" must be the number")]
    [InlineData("""{"msgid":135,"conversation":"d:1:3","clear_to":1.5}""", "\"clear_to\" must be the number")]
    [InlineData("""{"msgid":135,"conversation":"d:1:3","draft":null}""", "\"draft\" must be a string")]
    public void What_is_wrong_with_a_change_is_named(string json, string expected) =>
        Assert.Contains(expected, Assert.IsType<InvalidRequest>(Requests.Read(Encoding.UTF8.GetBytes(json))).Reason, StringComparison.Ordinal);

    [Fact]
    public void A_draft_has_a_limit()
    {
        var longest = new string('ä', ChangeConversationRequest.MaxDraftBytes / 2);
        Assert.Equal(longest, Assert.IsType<ChangeConversationRequest>(Requests.Read(new ChangeConversationRequest(Pair) { Draft = longest }.ToBytes())).Draft);
        Assert.Contains("4096", Assert.IsType<InvalidRequest>(Requests.Read(new ChangeConversationRequest(Pair) { Draft = longest + "x" }.ToBytes())).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void What_another_device_has_done_is_read_as_it_is_written()
    {
        var push = new ConversationChangedPush(Pair) { IsArchived = true, Floor = 43, Draft = "so \"far\"" };
        Assert.Equal(
            """{"msgid":136,"conversation":"d:1:3","archived":true,"marked":false,"floor":43,"draft":"so \"far\""}""" + "\n", Encoding.UTF8.GetString(push.ToBytes()));
        Assert.Equal(push, ConversationChangedPush.Of(Json(push.ToBytes())));
        Assert.Equal("""{"msgid":136,"conversation":"d:1:3","archived":false,"marked":true}""" + "\n", Encoding.UTF8.GetString(new ConversationChangedPush(Pair) { IsMarked = true }.ToBytes()));
        Assert.Throws<FormatException>(() => ConversationChangedPush.Of(Json("""{"msgid":136}"""u8.ToArray())));
    }

    static List<long> Heads(ConversationSummary[] conversations, int maxFrameBytes, bool more)
    {
        var reply = Read(conversations, maxFrameBytes);
        Assert.Equal(more, reply.HasMore);
        return [.. reply.Conversations.Select(conversation => conversation.Head)];
    }

    static ConversationsReply Read(ConversationSummary[] conversations, int maxFrameBytes)
    {
        var bytes = new ConversationsReply(conversations, 1, HasMore: false).ToBytes(Ref, maxFrameBytes);
        Assert.InRange(bytes.Length, 1, maxFrameBytes);
        return ConversationsReply.Of(Json(bytes), userId: 1);
    }

    static ConversationSummary Full(long head, string last) => new(Pair, head)
    {
        Rev = 9,
        Floor = 3,
        Received = 41,
        Read = 40,
        Unread = 2,
        IsMarked = true,
        Last = Encoding.UTF8.GetBytes(last),
        Peer = new ReaderEntry(3, 39, 38),
        IsPinned = true,
        IsMuted = true,
        IsArchived = true,
        Draft = "so \"far\"",
    };

    static JsonElement Json(byte[] frame) => JsonDocument.Parse(frame).RootElement;
}
