using System.Text;
using System.Text.Json;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Protocol;

/// <summary>Groups on the wire: both sides.</summary>
public sealed class GroupFramesTests
{
    static readonly GroupReply Team = new(5, "team", "the whole team", 3)
    {
        Avatar = "https://a.example/5.png",
        Joining = GroupJoining.Ask,
        Sending = GroupSending.Admins,
        Role = "admin",
        MutedUntil = 1795410443660,
    };

    [Fact]
    public void A_group_is_read_as_it_is_written()
    {
        Assert.Equal(
            """{"msgid":102,"errno":0,"groupid":5,"name":"team","desc":"the whole team","avatar":"https://a.example/5.png","members":3,"joining":"ask","sending":"admins","history":"all","role":"admin","muted_until":1795410443660}"""
            + "\n", Encoding.UTF8.GetString(Team.ToBytes(default)));
        var stranger = new GroupReply(5, "team", "", 3) { Joining = GroupJoining.Invite };
        Assert.Equal(
            """{"msgid":102,"errno":0,"groupid":5,"name":"team","desc":"","members":3,"joining":"invite","sending":"all","history":"all"}""" + "\n",
            Encoding.UTF8.GetString(stranger.ToBytes(default)));
        foreach (var group in (GroupReply[])[Team, stranger])
            Assert.Equal(group, GroupReply.Of(Json(group.ToBytes(default))));
        Assert.Throws<FormatException>(() => GroupReply.Of(Json("""{"msgid":102,"errno":0}"""u8.ToArray())));
    }

    [Fact]
    public void A_push_is_read_as_it_is_written()
    {
        var push = new GroupChangedPush(5, GroupChangedPush.Added, 3);
        Assert.Equal("""{"msgid":130,"groupid":5,"change":"added","by":3}""" + "\n", Encoding.UTF8.GetString(push.ToBytes()));
        Assert.Equal(push, GroupChangedPush.Of(Json(push.ToBytes())));
        var byProduct = new GroupChangedPush(5, GroupChangedPush.Removed, 0);
        Assert.Equal("""{"msgid":130,"groupid":5,"change":"removed"}""" + "\n", Encoding.UTF8.GetString(byProduct.ToBytes()));
        Assert.Equal(byProduct, GroupChangedPush.Of(Json(byProduct.ToBytes())));
    }

    [Fact]
    public void A_refusal_names_the_user_who_is_the_reason()
    {
        var refused = new RefusedMember(5, 17);
        var frame = refused.ToBytes(default, ErrorCode.Full, "no");
        Assert.Equal("""{"msgid":102,"errno":16,"errmsg":"no","retry":false,"groupid":5,"id":17}""" + "\n", Encoding.UTF8.GetString(frame));
        Assert.Equal(refused, RefusedMember.Find(Json(frame)));
        Assert.Null(RefusedMember.Find(Json(Team.ToBytes(default))));
        Assert.Null(RefusedMember.Find(Json(ModernFrames.Failure(MessageKind.Reply, default, ErrorCode.NotFound, "no"))));
    }

    [Fact]
    public void Requests_are_read_as_they_are_written()
    {
        foreach (var request in (Request[])[
            new GetGroupRequest(5), new LeaveGroupRequest(5), new ListMembersRequest(5, 3, 50), new ListMembersRequest(5, 3, 50) { Role = GroupRole.Admin }])
            Assert.Equal(request, Requests.Read(request.ToBytes()));
        Assert.Equal(new ListMembersRequest(5, 0, 100) { Role = "7" }, Requests.Read("""{"msgid":125,"groupid":5,"role":7}"""u8.ToArray())); // no word: judged by who asks
    }

    [Theory]
    [InlineData("""{"msgid":124}""")]
    [InlineData("""{"msgid":124,"groupid":0}""")]
    [InlineData("""{"msgid":128}""")]
    [InlineData("""{"msgid":128,"groupid":"5"}""")]
    public void A_group_is_named_by_its_id(string json) =>
        Assert.Contains("\"groupid\"", Assert.IsType<InvalidRequest>(Requests.Read(Encoding.UTF8.GetBytes(json))).Reason, StringComparison.Ordinal);

    [Fact]
    public void A_page_of_members_says_as_of_when_it_is()
    {
        var frame = ListFrames.Members(default, [new MemberEntry(3, "bob", "admin", IsOnline: true)], hasMore: false, 65536, seq: 91);
        Assert.Equal("""{"msgid":102,"errno":0,"seq":91,"members":[{"id":3,"name":"bob","role":"admin","state":"online"}]}""" + "\n", Encoding.UTF8.GetString(frame));
        Assert.Equal(91, ListReply.ReadMembers(Json(frame)).Seq);
    }

    static JsonElement Json(byte[] frame) => JsonDocument.Parse(frame).RootElement;
}
