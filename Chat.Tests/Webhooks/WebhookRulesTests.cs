using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Node.Webhooks;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Webhooks;

public sealed class WebhookRulesTests
{
    [Theory]
    [InlineData(1, 0, 500)]
    [InlineData(1, 1, 1000)]
    [InlineData(2, 1, 2000)]
    [InlineData(4, 0, 4000)]
    [InlineData(9, 1, 256_000)]
    [InlineData(10, 1, 300_000)]
    [InlineData(1000, 0, 150_000)]
    public void A_request_waits_twice_as_long_each_time_and_at_most_five_minutes(int attempts, double random, long milliseconds) =>
        Assert.Equal(milliseconds, Backoff.After(attempts, random));

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    [InlineData(300_000, false)]
    [InlineData(300_001, true)] // of a node whose clock was ahead
    public void What_is_due_is_known_though_clocks_differ(long inMilliseconds, bool isDue) => Assert.Equal(isDue, Backoff.IsDue(7_000_000 + inMilliseconds, now: 7_000_000));

    [Fact]
    public void Endpoints_on_one_host_do_not_wait_for_each_other() =>
        Assert.True(WebhookSender.MaxConnections >= WebhookStore.Max * (DispatchPlan.MaxRunning + 3)); // conversations, other events, a replay, a test

    [Fact]
    public void A_signature_is_that_of_standard_webhooks()
    {
        // The example of the specification's reference libraries.
        var secret = WebhookSecret.Parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")!;
        var signature = WebhookSignature.Sign([secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, """{"test": 2432232314}"""u8);
        Assert.Equal("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", signature);
    }

    [Fact]
    public void While_secrets_change_there_is_a_signature_for_each()
    {
        byte[] first = RandomNumberGenerator.GetBytes(32), second = RandomNumberGenerator.GetBytes(32);
        var both = WebhookSignature.Sign([first, second], "m:d:1:2:1", 5, "{}"u8).Split(' ');
        Assert.Equal([WebhookSignature.Sign([first], "m:d:1:2:1", 5, "{}"u8), WebhookSignature.Sign([second], "m:d:1:2:1", 5, "{}"u8)], both);
    }

    [Theory]
    [InlineData("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", 24)]
    [InlineData("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", 24)]
    [InlineData("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLQ==", 0)]
    [InlineData("not Base64", 0)]
    [InlineData("", 0)]
    public void A_secret_is_base64_of_at_least_24_bytes(string text, int bytes) => Assert.Equal(bytes, WebhookSecret.Parse(text)?.Length ?? 0);

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("10.1.2.3", true)]
    [InlineData("172.31.255.255", true)]
    [InlineData("172.32.0.0", false)]
    [InlineData("192.168.0.1", true)]
    [InlineData("169.254.169.254", true)]
    [InlineData("100.100.0.1", true)]
    [InlineData("0.0.0.0", true)]
    [InlineData("255.255.255.255", true)]
    [InlineData("8.8.8.8", false)]
    [InlineData("::1", true)]
    [InlineData("::", true)]
    [InlineData("fe80::1", true)]
    [InlineData("fd00::1", true)]
    [InlineData("ff02::1", true)]
    [InlineData("::ffff:127.0.0.1", true)]
    [InlineData("::ffff:8.8.8.8", false)]
    [InlineData("::127.0.0.1", true)]
    [InlineData("64:ff9b::a00:1", true)]
    [InlineData("2002:7f00:1::", true)]
    [InlineData("2606:4700:4700::1111", false)]
    public void What_only_this_machine_or_network_can_reach_is_private(string address, bool isPrivate) =>
        Assert.Equal(isPrivate, PrivateAddress.Is(IPAddress.Parse(address)));

    [Fact]
    public void A_message_of_two_users_tells_from_whom_to_whom()
    {
        var body = WebhookBody.OfMessage(RowOf(ConversationId.Direct(3, 7), 42, sender: 7));
        Assert.Equal(("m:d:3:7:42", 42L), (body.Id, body.UpTo));
        var json = JsonDocument.Parse(body.Body).RootElement;
        Assert.Equal("message.created", json.GetProperty("type").GetString());
        Assert.Equal("2026-01-02T03:04:05.006Z", json.GetProperty("timestamp").GetString());
        var data = json.GetProperty("data");
        Assert.Equal("hi 你好 😀", data.GetProperty("msg").GetString());
        Assert.StartsWith("""{"conversation":"d:3:7","seq":42,"ts":1767323045006,"from":7,"to":3,"cmid":"c\"42","msg":""", data.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_message_refers_to_is_told_and_what_can_not_be_read_is_not()
    {
        var row = RowOf(ConversationId.Group(5), 42, sender: 7);
        var references = new MessageReferences { Reply = 9, Thread = 5, MentionsAll = true };
        Assert.EndsWith(",\"reply\":9,\"thread\":5,\"mentions\":\"all\"}", DataOf(row with { References = references.ToBytes() }), StringComparison.Ordinal);
        Assert.Equal(DataOf(row), DataOf(row with { References = "{"u8.ToArray() }));

        static string DataOf(LogRow of) => JsonDocument.Parse(WebhookBody.OfMessage(of).Body).RootElement.GetProperty("data").GetRawText();
    }

    [Fact]
    public void Messages_of_a_group_come_in_one_array_when_several_are_wanted()
    {
        var body = WebhookBody.OfMessages([RowOf(ConversationId.Group(5), 1, 3), RowOf(ConversationId.Group(5), 2, 4)]);
        Assert.Equal(("m:g:5:1-2", 2L), (body.Id, body.UpTo));
        var events = JsonDocument.Parse(body.Body).RootElement.EnumerateArray().ToList();
        Assert.Equal([(5, 1), (5, 2)], events.Select(each => each.GetProperty("data")).Select(data => (data.GetProperty("group").GetInt32(), data.GetProperty("seq").GetInt32())));
    }

    [Fact]
    public void A_batch_is_bounded_in_messages_and_in_bytes_and_has_one_message_at_least()
    {
        Assert.Equal([100, 30], WebhookBody.Batches(Enumerable.Range(1, 130).Select(seq => RowOf(ConversationId.Group(5), seq, 3)), row => row.Body.Length).Select(batch => batch.Count));
        var large = Enumerable.Range(1, 3).Select(seq => RowOf(ConversationId.Group(5), seq, 3) with { Body = new byte[WebhookBody.MaxBatchBytes / 2 + seq] });
        Assert.Equal([1, 1, 1], WebhookBody.Batches(large, row => row.Body.Length).Select(batch => batch.Count));
    }

    internal static LogRow RowOf(ConversationId id, long seq, int sender) => new(
        id, seq, sender, $"c\"{seq}", 1767323045006, Encoding.UTF8.GetBytes($$"""{"id":{{sender}},"msg":"hi 你好 😀","msgid":6,"name":"x","time":"2026-01-02 03:04:05","toid":3}"""));
}
