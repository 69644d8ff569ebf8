using System.Text;
using System.Text.Json;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Protocol;

/// <summary>Contacts on the wire: both sides.</summary>
public sealed class ContactFramesTests
{
    [Fact]
    public void Requests_are_read_as_they_are_written()
    {
        var list = new ListContactsRequest(7, 50, OnlyBlocked: true);
        Assert.Equal(list, Requests.Read(list.ToBytes()));
        Assert.Equal(new ListContactsRequest(0, 500), Read("""{"msgid":119}"""));
        Assert.Equal(new ListContactsRequest(0, 500), Read("""{"msgid":119,"limit":9999,"blocked":false}"""));
        foreach (var action in Enum.GetValues<ContactAction>())
        {
            var change = new ChangeContactRequest(5, action) { Alias = "Bobby \"B\"", Note = action == ContactAction.Request ? "it's me" : null };
            Assert.Equal(change, Requests.Read(change.ToBytes())); // its id is somebody else's
        }

        Assert.Equal(new SenderClaim(null, "alice"), Assert.IsType<ChangeContactRequest>(Read("""{"msgid":120,"id":5,"name":"alice","do":"add"}""")).Claim);
    }

    [Theory]
    [InlineData("""{"msgid":119,"since":-1}""", "\"since\"")]
    [InlineData("""{"msgid":119,"since":"1"}""", "\"since\"")]
    [InlineData("""{"msgid":119,"limit":0}""", "\"limit\"")]
    [InlineData("""{"msgid":119,"blocked":1}""", "\"blocked\"")]
    [InlineData("""{"msgid":119,"blocked":true,"blocked":false}""", "\"blocked\" is there twice")]
    [InlineData("""{"msgid":120,"do":"add"}""", "\"id\"")]
    [InlineData("""{"msgid":120,"id":0,"do":"add"}""", "\"id\"")]
    [InlineData("""{"msgid":120,"id":-5,"do":"add"}""", "\"id\"")]
    [InlineData("""{"msgid":120,"id":9007199254740992,"do":"add"}""", "\"id\"")]
    [InlineData("""{"msgid":120,"id":5}""", "\"do\" must be one of \"add\"")]
    [InlineData("""{"msgid":120,"id":5,"do":"Add"}""", "\"do\"")]
    [InlineData("""{"msgid":120,"id":5,"do":7}""", "\"do\"")]
    [InlineData("""{"msgid":120,"id":5,"do":"add","do":"add"}""", "twice")]
    [InlineData("""{"msgid":120,"id":5,"do":"add","alias":"\u200b"}""", "\"alias\"")]
    [InlineData("""{"msgid":120,"id":5,"do":"add","alias":null}""", "\"alias\"")]
    [InlineData("""{"msgid":120,"id":5,"do":"add","note":"x"}""", "\"note\" goes with")]
    [InlineData("""{"msgid":120,"id":5,"do":"request","note":"a\nb"}""", "U+000A at position 2")]
    public void What_is_wrong_is_named(string json, string key) =>
        Assert.Contains(key, Assert.IsType<InvalidRequest>(Read(json)).Reason, StringComparison.Ordinal);

    [Fact]
    public void A_note_has_its_limit()
    {
        Assert.IsType<ChangeContactRequest>(ReadNote(200));
        Assert.Contains("201 characters", Assert.IsType<InvalidRequest>(ReadNote(201)).Reason, StringComparison.Ordinal);

        static Request ReadNote(int length) => Read($$"""{"msgid":120,"id":5,"do":"request","note":"{{new string('x', length)}}"}""");
    }

    [Fact]
    public void Answers_and_pushes_are_read_as_they_are_written_and_cut_where_the_frame_ends()
    {
        var bob = new UserContact(5, ContactState.Contact) { Alias = "Bobby" };
        var eve = new UserContact(7, ContactState.None) { IsBlocked = true };
        var bytes = new ContactsReply([(bob, 3), (eve, 9)], 9, HasMore: false).ToBytes(new RequestRef("7"u8.ToArray()), 65536);
        Assert.Equal(
            """{"msgid":102,"ref":7,"errno":0,"rev":9,"contacts":[{"id":5,"state":"contact","alias":"Bobby"},{"id":7,"state":"none","blocked":true}]}""" + "\n",
            Encoding.UTF8.GetString(bytes));
        Assert.Equal([bob, eve], ContactsReply.Of(Json(bytes)).Contacts.Select(entry => entry.Contact));

        var push = new ContactChangedPush(new UserContact(5, ContactState.Asks) { Note = "hi" }, 4);
        Assert.Equal("""{"msgid":121,"id":5,"state":"asks","note":"hi","rev":4}""" + "\n", Encoding.UTF8.GetString(push.ToBytes()));
        Assert.Equal(push, ContactChangedPush.Of(Json(push.ToBytes())));

        var many = new ContactsReply([.. Enumerable.Range(1, 500).Select(id => (new UserContact(id, ContactState.Contact), id + 10L))], 600, HasMore: false);
        var cut = ContactsReply.Of(Json(many.ToBytes(default, 2048)));
        Assert.InRange(cut.Contacts.Count, 10, 100);
        Assert.Equal((cut.Contacts[^1].Contact.Id + 10, true), (cut.Rev, cut.HasMore)); // to go on from there
    }

    static Request Read(string json) => Requests.Read(Encoding.UTF8.GetBytes(json));

    static JsonElement Json(byte[] frame) => JsonDocument.Parse(frame).RootElement;
}
