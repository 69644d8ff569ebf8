using System.Text;
using System.Text.Json;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Protocol;

/// <summary>System messages on the wire: a text to who knows no better.</summary>
public sealed class SystemMessageTests
{
    const long Ts = 1795410443660;

    static readonly SystemMessage Added = new(SystemMessage.Added, 1, [5, 7]);

    [Fact]
    public void A_message_has_its_keys_in_their_order_as_every_body_has() => Assert.Equal(
        """{"by":1,"change":"added","groupid":3,"id":0,"ids":[5,7],"kind":"system","msg":"alice added \"b\"","msgid":10,"name":"*","time":"2026-11-23 04:27:23"}""",
        Added.ToBody(3, "alice added \"b\"", 1795408043660).ToString());

    [Fact]
    public void A_push_is_read_as_it_is_written()
    {
        foreach (var message in (SystemMessage[])[
            Added, new(SystemMessage.Joined, 0, [5]), new(SystemMessage.OtherRole, 1, [5]) { Role = "admin" }, new(SystemMessage.Muted, 1, [5]) { MutedUntil = Ts }, new(SystemMessage.Muted, 0, [5]),
            new(SystemMessage.Changed, 1, []) { Group = new(0) { Name = "n", Description = "", Avatar = "", Joining = GroupJoining.Ask, Sending = GroupSending.All, History = GroupHistory.Joined, KeepDays = 7 } }])
        {
            var push = ChatPush.Find(Json(ChatBody.ToPush(message.ToBody(3, "text", Ts).Bytes.Span, ConversationId.Group(3), "S:1:2", 41, Ts)))!;
            Assert.Equal((41L, 0, "text", ConversationId.Group(3)), (push.Seq, push.SenderId, push.Text, push.Conversation));
            foreach (var read in (SystemMessage[])[push.System!, SystemMessage.Of(Json(message.ToJson()))])
            {
                Assert.Equal(message.UserIds, read.UserIds);
                Assert.Equal(message with { UserIds = [] }, read with { UserIds = [] });
            }
        }
    }

    [Theory]
    [InlineData("""{"msgid":10,"groupid":3,"id":5,"name":"eve","msg":"alice left","kind":"system","change":"left","ids":[1],"conversation":"g:3","seq":4}""")]
    [InlineData("""{"msgid":10,"groupid":3,"id":0,"name":"*","msg":"something else","kind":"other","conversation":"g:3","seq":4}""")]
    [InlineData("""{"msgid":10,"groupid":3,"id":0,"name":"*","msg":"something else","kind":7,"conversation":"g:3","seq":4}""")]
    public void What_a_sender_writes_into_a_message_is_no_system_message(string json) =>
        Assert.Null(ChatPush.Find(Json(Encoding.UTF8.GetBytes(json)))!.System);

    static JsonElement Json(byte[] frame) => JsonDocument.Parse(frame).RootElement.Clone();
}
