using System.Globalization;
using System.Text;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Protocol;

public sealed class ChatBodyTests
{
    static readonly byte[] Body = """{"id":1,"msg":"hi","msgid":6,"name":"alice","time":"t","toid":3}"""u8.ToArray();

    [Fact]
    public void A_push_has_our_keys_behind_the_senders_and_ends_the_line() =>
        Assert.Equal(
            """{"id":1,"msg":"hi","msgid":6,"name":"alice","time":"t","toid":3,"cmid":"c-17","conversation":"d:1:3","seq":42,"ts":1795410443660}""" + "\n",
            Push(ConversationId.Direct(3, 1), "c-17", 42, 1795410443660));

    [Theory]
    [InlineData("", "")]
    [InlineData("a longer \"text\" 你", "a longer \\\"text\\\" 你")]
    public void Another_text_takes_the_place_of_the_first_and_the_time_is_still_stamped(string text, string token)
    {
        var body = """{"extra":{"msg":"not this"},"id":1,"msg":"hi","msgid":6,"name":"alice","time":"0000-00-00 00:00:00","toid":3}"""u8.ToArray();
        var other = new ChatBody(body, body.AsSpan().IndexOf("0000-"u8)).WithText(text);
        Assert.Equal(
            $$"""{"extra":{"msg":"not this"},"id":1,"msg":"{{token}}","msgid":6,"name":"alice","time":"2026-11-29 00:00:00","toid":3}""",
            Encoding.UTF8.GetString(other.Stamp(new DateTimeOffset(2026, 11, 29, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds()).Span));
    }

    [Fact]
    public void A_push_of_a_group_names_the_group() =>
        Assert.EndsWith(",\"cmid\":\"a\\\"b\",\"conversation\":\"g:2147483647\",\"seq\":9223372036854775807,\"ts\":1}\n",
            Push(ConversationId.Group(int.MaxValue), "a\"b", long.MaxValue, 1), StringComparison.Ordinal);

    [Fact]
    public void What_is_not_known_is_left_out() =>
        Assert.Equal(Encoding.UTF8.GetString(Body) + "\n", Push(null, null, 0, 0));

    [Fact]
    public void A_queued_push_without_a_number_carries_its_row() =>
        Assert.EndsWith(
            "\"toid\":3,\"offline\":17}\n", Encoding.UTF8.GetString(ChatBody.ToPush(Body, null, null, 0, 0, offlineId: 17)), StringComparison.Ordinal);

    [Fact]
    public void The_longest_cmid_and_numbers_fit_a_push()
    {
        var cmid = new string('\u0001', 64);
        var push = Push(ConversationId.Direct(int.MaxValue, int.MaxValue - 1), cmid, long.MaxValue, long.MaxValue);
        Assert.Contains("\"conversation\":\"d:2147483646:2147483647\"", push, StringComparison.Ordinal);
        Assert.Contains(string.Concat(Enumerable.Repeat("\\u0001", 64)), push, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stamp_writes_the_time_into_a_copy()
    {
        var sender = new ChatSender(1, "alice");
        var body = Requests.ReadMessage("""{"msgid":6,"toid":3,"msg":"hi"}""").BuildBody(sender);
        var before = body.ToString();

        var stamped = Encoding.UTF8.GetString(body.Stamp(0).Span);

        Assert.Contains("\"time\":\"1970-01-01 00:00:00\"", stamped, StringComparison.Ordinal);
        Assert.Equal(before, body.ToString());
        Assert.Contains("\"time\":\"2026-11-23 05:07:23\"", Encoding.UTF8.GetString(body.Stamp(1795410443660).Span), StringComparison.Ordinal);
    }

    [Fact]
    public void Each_stamp_has_its_own_second_in_whatever_order_they_come()
    {
        var body = Requests.ReadMessage("""{"msgid":6,"toid":3,"msg":"hi"}""").BuildBody(new ChatSender(1, "alice"));
        foreach (var ts in (long[])[999, 1000, 1999, 2000, 999, 1795410443660, 1000])
        {
            var time = DateTimeOffset.FromUnixTimeMilliseconds(ts).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
            Assert.Contains($"\"time\":\"{time}\"", Encoding.UTF8.GetString(body.Stamp(ts).Span), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_time_of_the_senders_own_is_not_stamped()
    {
        var body = new ChatBody(Body, 0);
        Assert.True(body.Bytes.Equals(body.Stamp(1795410443660)));
    }

    static string Push(ConversationId? conversation, string? cmid, long seq, long ts) =>
        Encoding.UTF8.GetString(ChatBody.ToPush(Body, conversation, cmid, seq, ts));
}
