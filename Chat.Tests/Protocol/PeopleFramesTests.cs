using System.Text;
using System.Text.Json;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Protocol;

/// <summary>Users and their profiles on the wire: both sides.</summary>
public sealed class PeopleFramesTests
{
    [Fact]
    public void Users_are_asked_for_in_one_of_three_ways()
    {
        var byIds = Assert.IsType<GetUsersRequest>(Read("""{"msgid":122,"ids":[5,3,5],"id":7}"""));
        Assert.Equal([5, 3], byIds.Ids!);
        Assert.Equal(new SenderClaim(7, null), byIds.Claim);
        Assert.Equal([5, 3], Assert.IsType<GetUsersRequest>(Requests.Read(byIds.ToBytes())).Ids!);

        var byName = new GetUsersRequest { Name = "Ålice \"A\"" };
        Assert.Equal(byName, Requests.Read(byName.ToBytes()));
        Assert.Null(byName.Claim.Name); // it is somebody else's
        var byPrefix = new GetUsersRequest { Prefix = "ål" };
        Assert.Equal(byPrefix, Requests.Read(byPrefix.ToBytes()));
    }

    [Theory]
    [InlineData("""{"msgid":122}""", "\"ids\", \"name\" and \"prefix\"")]
    [InlineData("""{"msgid":122,"ids":[1],"name":"x"}""", "one of")]
    [InlineData("""{"msgid":122,"name":"x","prefix":"x"}""", "one of")]
    [InlineData("""{"msgid":122,"name":7}""", "\"name\"")]
    [InlineData("""{"msgid":122,"name":" "}""", "\"name\"")]
    [InlineData("""{"msgid":122,"prefix":""}""", "\"prefix\"")]
    [InlineData("""{"msgid":122,"prefix":" \u200b"}""", "\"prefix\"")]
    [InlineData("""{"msgid":122,"prefix":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}""", "\"prefix\"")]
    [InlineData("""{"msgid":122,"prefix":"a","prefix":"b"}""", "twice")]
    [InlineData("""{"msgid":122,"ids":[1],"ids":[2]}""", "twice")]
    [InlineData("""{"msgid":122,"ids":[]}""", "\"ids\"")]
    [InlineData("""{"msgid":122,"ids":[0]}""", "\"ids\"")]
    [InlineData("""{"msgid":122,"ids":[-1]}""", "\"ids\"")]
    [InlineData("""{"msgid":122,"ids":[9007199254740992]}""", "\"ids\"")]
    [InlineData("""{"msgid":122,"ids":[1.5]}""", "\"ids\"")]
    [InlineData("""{"msgid":122,"ids":["1"]}""", "\"ids\"")]
    [InlineData("""{"msgid":122,"ids":7}""", "\"ids\"")]
    [InlineData("""{"msgid":123}""", "\"display\", \"avatar\" and \"about\"")]
    [InlineData("""{"msgid":123,"display":null}""", "\"display\"")]
    [InlineData("""{"msgid":123,"display":" x"}""", "U+0020")]
    [InlineData("""{"msgid":123,"display":"a\u202eb"}""", "U+202E")]
    [InlineData("""{"msgid":123,"avatar":"javascript:alert(1)"}""", "\"avatar\"")]
    [InlineData("""{"msgid":123,"avatar":"/a.png"}""", "\"avatar\"")]
    [InlineData("""{"msgid":123,"avatar":"https://a.example/ x"}""", "\"avatar\"")]
    [InlineData("""{"msgid":123,"about":"a\u0007b"}""", "U+0007 at position 2")]
    [InlineData("""{"msgid":123,"about":"a","about":"b"}""", "twice")]
    [InlineData("""{"msgid":117,"state":"away","about":7}""", "\"about\"")]
    [InlineData("""{"msgid":117,"about":"x"}""", "\"state\"")]
    public void What_is_wrong_is_named(string json, string key) =>
        Assert.Contains(key, Assert.IsType<InvalidRequest>(Read(json)).Reason, StringComparison.Ordinal);

    [Fact]
    public void Lists_and_texts_have_their_limits()
    {
        Assert.Equal(100, Assert.IsType<GetUsersRequest>(ReadIds(100)).Ids!.Count);
        Assert.Contains("1 to 100", Assert.IsType<InvalidRequest>(ReadIds(101)).Reason, StringComparison.Ordinal);
        Assert.IsType<ChangeProfileRequest>(ReadProfile("about", string.Concat(Enumerable.Repeat("😀", 500))));
        Assert.Contains("501 characters", Assert.IsType<InvalidRequest>(ReadProfile("about", new string('x', 501))).Reason, StringComparison.Ordinal);
        Assert.Contains("51 characters", Assert.IsType<InvalidRequest>(ReadProfile("display", new string('x', 51))).Reason, StringComparison.Ordinal);
        Assert.IsType<ChangeProfileRequest>(ReadProfile("avatar", "https://a.example/".PadRight(1024, 'x')));
        Assert.IsType<InvalidRequest>(ReadProfile("avatar", "https://a.example/".PadRight(1025, 'x')));
    }

    [Fact]
    public void A_profile_is_changed_in_the_form_in_which_it_is_kept()
    {
        Assert.Equal(new ChangeProfileRequest("\u00e9", "", null), Read("{\"msgid\":123,\"display\":\"e\u0301\",\"avatar\":\"\"}"));
        var request = new ChangeProfileRequest("Ålice", "https://a.example/1.png", "a\nb");
        Assert.Equal(request, Requests.Read(request.ToBytes()));
        var presence = new SetPresenceRequest(IsAway: true) { About = "back at 5" };
        Assert.Equal(presence, Requests.Read(presence.ToBytes()));
    }

    [Fact]
    public void An_answer_is_read_as_it_is_written_and_cut_where_the_frame_ends()
    {
        var reply = new UsersReply([new UserProfile(3, "bob") { Display = "Bob", Avatar = "https://a.example/3", About = "hi" }, new UserProfile(5, "eve")], HasMore: false);
        var bytes = reply.ToBytes(new RequestRef("7"u8.ToArray()), 65536);
        Assert.Equal(
            """{"msgid":102,"ref":7,"errno":0,"users":[{"id":3,"name":"bob","display":"Bob","avatar":"https://a.example/3","about":"hi"},{"id":5,"name":"eve"}]}""" + "\n",
            Encoding.UTF8.GetString(bytes));
        Assert.Equal(reply.Users, UsersReply.Of(Json(bytes)).Users);

        var lengthy = new UserProfile(1, "a") { About = string.Concat(Enumerable.Repeat("😀", 500)), Avatar = "https://a.example/".PadRight(1024, 'x') };
        var cut = UsersReply.Of(Json(new UsersReply([lengthy, new UserProfile(2, "b")], HasMore: false).ToBytes(default, 2048)));
        Assert.Equal([new UserProfile(1, "a"), new UserProfile(2, "b")], cut.Users); // alone too large for this frame
        Assert.False(cut.HasMore);
        var split = UsersReply.Of(Json(new UsersReply([lengthy, lengthy with { Id = 2 }], HasMore: false).ToBytes(default, 4096)));
        Assert.Equal([lengthy], split.Users);
        Assert.True(split.HasMore);
    }

    static Request Read(string json) => Requests.Read(Encoding.UTF8.GetBytes(json));

    static Request ReadIds(int count) => Read($$"""{"msgid":122,"ids":[{{string.Join(',', Enumerable.Range(1, count))}}]}""");

    static Request ReadProfile(string key, string text) => Read($$"""{"msgid":123,"{{key}}":{{JsonSerializer.Serialize(text)}}}""");

    static JsonElement Json(byte[] frame) => JsonDocument.Parse(frame).RootElement;
}
