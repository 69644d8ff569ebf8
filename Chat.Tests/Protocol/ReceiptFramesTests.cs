using System.Text;
using System.Text.Json;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Protocol;

/// <summary>Receipts on the wire: both sides.</summary>
public sealed class ReceiptFramesTests
{
    static readonly ConversationId Pair = ConversationId.Direct(1, 3);

    [Fact]
    public void A_push_is_read_as_it_is_written()
    {
        var push = new ReceiptPush(Pair, 3, 42, 40);
        Assert.Equal("""{"msgid":113,"conversation":"d:1:3","id":3,"received":42,"read":40}""" + "\n", Encoding.UTF8.GetString(push.ToBytes()));
        Assert.Equal(push, ReceiptPush.Of(Json(push.ToBytes())));
        Assert.Throws<FormatException>(() => ReceiptPush.Of(Json("""{"msgid":113,"id":3}"""u8.ToArray())));
    }

    [Theory]
    [InlineData("""{"msgid":114,"conversation":"g:1","seq":41,"after":3,"limit":50}""", 3, 50)]
    [InlineData("""{"msgid":114,"conversation":"g:1","seq":41}""", 0, 100)]
    [InlineData("""{"msgid":114,"conversation":"g:1","seq":41,"limit":9999}""", 0, 500)]
    public void They_are_asked_for_by_message(string json, int after, int limit)
    {
        var request = new GetReceiptsRequest(ConversationId.Group(1), 41, after, limit);
        Assert.Equal(request, Requests.Read(Encoding.UTF8.GetBytes(json)));
        Assert.Equal(request, Requests.Read(request.ToBytes()));
    }

    [Theory]
    [InlineData("""{"msgid":114,"seq":41}""", "\"conversation\"")]
    [InlineData("""{"msgid":114,"conversation":"g:1"}""", "\"seq\"")]
    [InlineData("""{"msgid":114,"conversation":"g:1","seq":0}""", "\"seq\"")]
    [InlineData("""{"msgid":114,"conversation":"g:1","seq":1,"after":-1}""", "\"after\"")]
    [InlineData("""{"msgid":114,"conversation":"g:1","seq":1,"limit":0}""", "\"limit\"")]
    public void What_is_wrong_is_named(string json, string key) =>
        Assert.Contains(key, Assert.IsType<InvalidRequest>(Requests.Read(Encoding.UTF8.GetBytes(json))).Reason, StringComparison.Ordinal);

    [Fact]
    public void An_answer_is_read_as_it_is_written_and_cut_where_the_frame_ends()
    {
        var reply = new ReceiptsReply(40, 30, 17, [new ReaderEntry(3, 42, 41), new ReaderEntry(5, 41, 0)], HasMore: false);
        var bytes = reply.ToBytes(new RequestRef("7"u8.ToArray()), 65536);
        Assert.Equal(
            """{"msgid":102,"ref":7,"errno":0,"members":40,"received":30,"read":17,"who":[{"id":3,"received":42,"read":41},{"id":5,"received":41,"read":0}]}""" + "\n",
            Encoding.UTF8.GetString(bytes));
        var read = ReceiptsReply.Of(Json(bytes));
        Assert.Equal((40, 30, 17, false), (read.Members, read.Received, read.Read, read.HasMore));
        Assert.Equal(reply.Who, read.Who);

        var many = new ReceiptsReply(500, 500, 500, [.. Enumerable.Range(int.MaxValue - 500, 500).Select(id => new ReaderEntry(id, long.MaxValue, long.MaxValue))], HasMore: false);
        for (var max = 512; max < 8192; max += 97)
        {
            var frame = many.ToBytes(new RequestRef("7"u8.ToArray()), max);
            Assert.InRange(frame.Length, 256, max);
            Assert.True(ReceiptsReply.Of(Json(frame)).HasMore);
        }
    }

    [Fact]
    public void Receipts_are_a_setting_that_clients_of_version_3_are_told()
    {
        Assert.Equal(
            new ChangeSettingsRequest(new() { HidesReceipts = true }), Requests.Read("""{"msgid":111,"receipts":"off"}"""u8.ToArray()));
        Assert.Equal("""{"msgid":111,"receipts":"on"}""" + "\n", Encoding.UTF8.GetString(new ChangeSettingsRequest(new() { HidesReceipts = false }).ToBytes()));
        Assert.Contains("\"on\" or \"off\"", Assert.IsType<InvalidRequest>(Requests.Read("""{"msgid":111,"receipts":true}"""u8.ToArray())).Reason, StringComparison.Ordinal);
        var settings = new UserSettings(PresencePrivacy.Everyone, [], []) { HidesReceipts = true };
        Assert.Equal(
            """{"msgid":112,"presence":"everyone","receipts":"off","muted":[],"pinned":[]}""" + "\n", Encoding.UTF8.GetString(SettingsFrames.Changed(settings, 65536, protocol: 3)));
        Assert.Equal("""{"msgid":112,"presence":"everyone","muted":[],"pinned":[]}""" + "\n", Encoding.UTF8.GetString(SettingsFrames.Changed(settings, 65536)));
        Assert.True(SettingsFrames.Read(Json(SettingsFrames.Reply(default, settings, 65536, protocol: 3))).HidesReceipts);
        Assert.False(SettingsFrames.Read(Json(SettingsFrames.Reply(default, settings with { HidesReceipts = false }, 65536, protocol: 3))).HidesReceipts);
    }

    static JsonElement Json(byte[] frame) => JsonDocument.Parse(frame).RootElement;
}
