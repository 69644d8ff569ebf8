using System.Text;
using System.Text.Json;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Protocol;

/// <summary>However large a message has become, a client is told it in a frame.</summary>
public sealed class DeliveredMessageTests
{
    static readonly ConversationId Pair = ConversationId.Direct(1, 3);

    [Fact]
    public void What_fits_is_told_as_it_is()
    {
        var push = Message(own: 100, reactions: 20).ToPush(8000);
        Assert.False(Read(push).Has("truncated"));
        Assert.Equal(push.Length, Message(own: 100, reactions: 20).ToPush(push.Length).Length);
    }

    [Fact]
    public void Reactions_are_left_out_first_then_the_senders_own_keys_then_the_end_of_the_text_then_what_it_refers_to()
    {
        var message = Message(own: 3000, reactions: 20);
        var json = Read(message.ToPush(message.ToPush(int.MaxValue).Length - 1));
        Assert.True(json.GetProperty("truncated").GetBoolean());
        Assert.Equal((false, false, true, true), (json.Has("reactions"), json.Has("mine"), json.Has("x"), json.Has("reply")));
        Assert.Equal((7, 9, true), (json.GetProperty("rev").GetInt64(), json.GetProperty("edited").GetInt64(), json.GetProperty("pinned").GetBoolean()));

        json = Read(message.ToPush(2900));
        Assert.Equal((false, false, true), (json.Has("reactions"), json.Has("x"), json.Has("reply")));
        Assert.Equal(Text(400), json.GetProperty("msg").GetString());

        json = Read(message.ToPush(700));
        Assert.StartsWith(json.GetProperty("msg").GetString()!, Text(400), StringComparison.Ordinal);
        Assert.InRange(json.GetProperty("msg").GetString()!.Length, 100, 390);
        Assert.True(json.Has("reply"));

        json = Read(message.ToPush(260));
        Assert.False(json.Has("reply"));
        Assert.Equal((1, 5), (json.GetProperty("id").GetInt32(), json.GetProperty("seq").GetInt64()));
    }

    [Fact]
    public void Nothing_is_larger_than_the_room_that_there_is()
    {
        foreach (var (own, reactions, text) in ((int, int, int)[])[(0, 20, 10), (5000, 0, 10), (0, 0, 3000), (4000, 20, 3000)])
        {
            for (var room = 240; room < 9000; room += 61)
            {
                var push = Message(own, reactions, text).ToPush(room);
                Assert.InRange(push.Length, 1, room);
                Assert.Equal(5, Read(push).GetProperty("seq").GetInt64());
            }
        }
    }

    [Fact]
    public void A_text_is_cut_between_characters_and_what_is_escaped_counts_as_it_is_written()
    {
        var body = new DeliveredMessage(Encoding.UTF8.GetBytes($$"""{"id":1,"msg":{{JsonSerializer.Serialize(string.Concat(Enumerable.Repeat("😀\n\u0001é", 200)))}},"msgid":6}"""), Pair, "c", 5, 6);
        for (var room = 200; room < 600; room++)
        {
            var push = body.ToPush(room);
            Assert.InRange(push.Length, room - 16, room);
            Assert.DoesNotContain('\uFFFD', Read(push).GetProperty("msg").GetString()!);
        }
    }

    [Fact]
    public void What_nobody_can_read_is_told_by_its_number()
    {
        var json = Read(new DeliveredMessage(Encoding.UTF8.GetBytes("{\"msg\":\"" + new string('x', 500) + "}"), Pair, "c", 5, 6).ToPush(300));
        Assert.Equal(("", 5, true), (json.GetProperty("msg").GetString(), json.GetProperty("seq").GetInt32(), json.GetProperty("truncated").GetBoolean()));
        json = Read(new DeliveredMessage(Encoding.UTF8.GetBytes($$"""{"id":1,"msg":"m","name":"{{new string('x', 500)}}"}"""), Pair, "c", 5, 6).ToPush(300));
        Assert.Equal(("", 5, true), (json.GetProperty("msg").GetString(), json.GetProperty("seq").GetInt32(), json.GetProperty("truncated").GetBoolean()));
    }

    [Fact]
    public void Only_one_word_says_that_something_is_missing()
    {
        var body = Encoding.UTF8.GetBytes("""{"id":1,"msg":"m","truncated":"mine"}""");
        var message = new DeliveredMessage(body, Pair, "c", 5, 6) { State = State(20) };
        Assert.Equal("mine", Read(message.ToPush(8000)).GetProperty("truncated").GetString());
        Assert.Equal(JsonValueKind.True, Assert.Single(Read(message.ToPush(1000)).EnumerateObject(), each => each.Name == "truncated").Value.ValueKind);
    }

    [Fact]
    public void Changes_are_told_to_the_end_however_large_one_is()
    {
        var changes = Enumerable.Range(1, 5).Select(i => State(20) with { Seq = i, Rev = i, Text = new string('x', i == 3 ? 9000 : i == 4 ? 1500 : 10) }).ToList();
        var (since, told) = (0L, new List<MessageState>());
        while (since < 5)
        {
            var frame = new ChangesReply([.. changes.Where(each => each.Rev > since)], 5, false).ToBytes(new RequestRef("1"u8.ToArray()), 4096);
            Assert.InRange(frame.Length, 1, 4096);
            var page = ChangesReply.Read(Read(frame));
            Assert.NotEmpty(page.Changes);
            told.AddRange(page.Changes);
            Assert.Equal(page.Changes[^1].Rev, page.Rev);
            since = page.Rev;
        }

        Assert.Equal([1L, 2, 3, 4, 5], told.Select(each => each.Rev));
        Assert.Equal([10, 10, -1, 1500, 10], told.Select(each => each.Text?.Length ?? -1));
        Assert.Equal([20, 20, 0, 0, 20], told.Select(each => each.Reactions.Count));
    }

    [Fact]
    public void Names_of_a_change_are_left_out_of_a_frame_that_is_too_small_for_them()
    {
        var push = new MessageChangedPush(Pair, 5, 7, 6, 1)
        {
            Reactions = State(20).Reactions,
            Who = [.. Enumerable.Range(1, MessageChangedPush.MaxNames).Select(i => new ReactionNews(i, string.Concat(Enumerable.Repeat("👍", 16)), false))],
        };
        Assert.Equal(MessageChangedPush.MaxNames, MessageChangedPush.Read(Read(push.ToBytes(4096))).Who.Count);
        var small = push.ToBytes(2048);
        Assert.InRange(small.Length, 1, 2048);
        Assert.Equal((20, 0), (MessageChangedPush.Read(Read(small)).Reactions!.Count, MessageChangedPush.Read(Read(small)).Who.Count));
    }

    static DeliveredMessage Message(int own, int reactions, int text = 400) => new(
        Encoding.UTF8.GetBytes($$"""{"id":1,"msg":"{{Text(text)}}","msgid":6,"name":"a","time":"t","toid":3,"x":"{{new string('y', own)}}"}"""), Pair, "c-1", 5, 1_795_410_443_660)
    {
        References = new MessageReferences { Reply = 2, Mentions = [.. Enumerable.Range(1_000_000, 20)] }.ToBytes(),
        State = State(reactions),
    };

    static MessageState State(int reactions)
    {
        var emojis = Enumerable.Range(0, reactions).Select(i => char.ConvertFromUtf32(0x1F600 + i) + string.Concat(Enumerable.Repeat("👍", 15))).ToList();
        return new MessageState(5, 7) { Edited = 9, IsPinned = true, Reactions = emojis.ToDictionary(each => each, _ => 1), Mine = emojis };
    }

    static string Text(int length) => new('t', length);

    static JsonElement Read(byte[] frame)
    {
        using var document = JsonDocument.Parse(frame);
        return document.RootElement.Clone();
    }
}

file static class Elements
{
    public static bool Has(this JsonElement json, string name) => json.TryGetProperty(name, out _);
}
