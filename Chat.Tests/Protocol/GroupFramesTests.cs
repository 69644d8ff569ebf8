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
        History = GroupHistory.Joined,
        Role = "admin",
        MutedUntil = 1795410443660,
    };

    [Fact]
    public void A_group_is_read_as_it_is_written()
    {
        Assert.Equal(
            """{"msgid":102,"errno":0,"groupid":5,"name":"team","desc":"the whole team","avatar":"https://a.example/5.png","members":3,"joining":"ask","sending":"admins","history":"joined","role":"admin","muted_until":1795410443660}"""
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
            new GetGroupRequest(5), new GetGroupRequest(0) { Name = "team \"one\"" }, new LeaveGroupRequest(5), new ListMembersRequest(5, 3, 50), new ListMembersRequest(5, 3, 50) { Role = GroupRole.Admin }])
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

    [Fact]
    public void News_say_what_is_different()
    {
        var role = new GroupChangedPush(5, GroupChangedPush.OtherRole, 1) { Role = "admin" };
        Assert.Equal("""{"msgid":130,"groupid":5,"change":"role","role":"admin","by":1}""" + "\n", Encoding.UTF8.GetString(role.ToBytes()));
        Assert.Equal(role, GroupChangedPush.Of(Json(role.ToBytes())));
        var unmuted = new GroupChangedPush(5, GroupChangedPush.Muted, 1);
        Assert.Equal("""{"msgid":130,"groupid":5,"change":"muted","until":0,"by":1}""" + "\n", Encoding.UTF8.GetString(unmuted.ToBytes()));
        Assert.Equal(unmuted, GroupChangedPush.Of(Json(unmuted.ToBytes())));
    }

    [Fact]
    public void A_muted_sender_learns_until_when()
    {
        var frame = new MutedReply(1795410443660).ToBytes(default, "muted");
        Assert.Equal("""{"msgid":102,"errno":13,"errmsg":"muted","retry":false,"until":1795410443660}""" + "\n", Encoding.UTF8.GetString(frame));
        Assert.Equal(new MutedReply(1795410443660), MutedReply.Find(Json(frame)));
        Assert.Null(MutedReply.Find(Json(ModernFrames.Failure(MessageKind.Reply, default, ErrorCode.Forbidden, "no"))));
    }

    [Fact]
    public void A_change_of_members_is_read_as_it_is_written()
    {
        var request = new ChangeMembersRequest(5)
        {
            Unban = [1],
            Add = [2, 3],
            Remove = [4],
            Ban = [6],
            Role = new RoleChange(2, GroupRole.Admin),
            Mute = new MuteChange(3, MuteChange.Forever),
            Owner = 7,
        };
        Assert.Equal(
            """{"msgid":127,"groupid":5,"unban":[1],"add":[2,3],"remove":[4],"ban":[6],"role":{"id":2,"role":"admin"},"mute":{"id":3,"until":253402300799999},"owner":7}""" + "\n",
            Encoding.UTF8.GetString(request.ToBytes()));
        Assert.Equal(request.ToBytes(), Requests.Read(request.ToBytes()).ToBytes());
        Assert.Equal([17], Assert.IsType<ChangeMembersRequest>(Requests.Read("""{"msgid":127,"groupid":5,"add":[17,17]}"""u8.ToArray())).Add);
    }

    [Theory]
    [InlineData("""{"msgid":127,"add":[1]}""", "\"groupid\"")]
    [InlineData("""{"msgid":127,"groupid":5}""", "\"add\"")]
    [InlineData("""{"msgid":127,"groupid":5,"add":[]}""", "\"add\"")]
    [InlineData("""{"msgid":127,"groupid":5,"add":1}""", "\"add\"")]
    [InlineData("""{"msgid":127,"groupid":5,"remove":[1,"2"]}""", "\"remove\"")]
    [InlineData("""{"msgid":127,"groupid":5,"ban":[0]}""", "\"ban\"")]
    [InlineData("""{"msgid":127,"groupid":5,"unban":[2147483648]}""", "\"unban\"")]
    [InlineData("""{"msgid":127,"groupid":5,"owner":"1"}""", "\"owner\"")]
    [InlineData("""{"msgid":127,"groupid":5,"role":"admin"}""", "\"role\"")]
    [InlineData("""{"msgid":127,"groupid":5,"role":{"id":1,"role":"creator"}}""", "\"role\"")]
    [InlineData("""{"msgid":127,"groupid":5,"role":{"id":1,"role":"admin","until":1}}""", "\"role\"")]
    [InlineData("""{"msgid":127,"groupid":5,"mute":{"id":1}}""", "\"mute\"")]
    [InlineData("""{"msgid":127,"groupid":5,"mute":{"id":1,"until":-1}}""", "\"mute\"")]
    [InlineData("""{"msgid":127,"groupid":5,"mute":{"id":1,"until":253402300800000}}""", "\"mute\"")]
    [InlineData("""{"msgid":127,"groupid":5,"add":[1],"add":[2]}""", "\"add\"")]
    public void What_is_wrong_with_a_change_of_members_is_named(string json, string key) =>
        Assert.Contains(key, Assert.IsType<InvalidRequest>(Requests.Read(Encoding.UTF8.GetBytes(json))).Reason, StringComparison.Ordinal);

    [Fact]
    public void A_list_has_at_most_a_hundred_users()
    {
        string ListOf(int count) => $$"""{"msgid":127,"groupid":5,"add":[{{string.Join(',', Enumerable.Range(1, count))}}]}""";
        Assert.IsType<ChangeMembersRequest>(Requests.Read(Encoding.UTF8.GetBytes(ListOf(ChangeMembersRequest.MaxIds))));
        Assert.IsType<InvalidRequest>(Requests.Read(Encoding.UTF8.GetBytes(ListOf(ChangeMembersRequest.MaxIds + 1))));
    }

    [Fact]
    public void A_change_of_a_group_is_read_as_it_is_written()
    {
        var request = new ChangeGroupRequest(5)
        {
            Name = "team \"one\"",
            Description = "all of us",
            Avatar = "https://a.example/5.png",
            Joining = GroupJoining.Invite,
            Sending = GroupSending.Admins,
        };
        Assert.Equal(
            """{"msgid":126,"groupid":5,"name":"team \"one\"","desc":"all of us","avatar":"https://a.example/5.png","joining":"invite","sending":"admins"}""" + "\n",
            Encoding.UTF8.GetString(request.ToBytes()));
        Assert.Equal(request, Requests.Read(request.ToBytes())); // and the name is no claim of who asks
        foreach (var other in (ChangeGroupRequest[])[new(5) { Delete = true }, new(5) { Avatar = "" }, new(5) { Joining = GroupJoining.Ask }])
            Assert.Equal(other, Requests.Read(other.ToBytes()));
        var claimed = Assert.IsType<ChangeGroupRequest>(Requests.Read("""{"msgid":126,"groupid":5,"id":3,"history":"all"}"""u8.ToArray()));
        Assert.Equal(new SenderClaim(3, null), claimed.Claim);
    }

    [Theory]
    [InlineData("""{"msgid":126,"name":"x"}""", "\"groupid\"", ErrorCode.Malformed)]
    [InlineData("""{"msgid":126,"groupid":5}""", "\"name\"", ErrorCode.Malformed)]
    [InlineData("""{"msgid":126,"groupid":5,"name":7}""", "\"name\"", ErrorCode.Malformed)]
    [InlineData("""{"msgid":126,"groupid":5,"desc":null}""", "\"desc\"", ErrorCode.Malformed)]
    [InlineData("""{"msgid":126,"groupid":5,"avatar":"javascript:alert(1)"}""", "\"avatar\"", ErrorCode.Malformed)]
    [InlineData("""{"msgid":126,"groupid":5,"avatar":"/5.png"}""", "\"avatar\"", ErrorCode.Malformed)]
    [InlineData("""{"msgid":126,"groupid":5,"joining":"closed"}""", "\"joining\"", ErrorCode.Malformed)]
    [InlineData("""{"msgid":126,"groupid":5,"sending":true}""", "\"sending\"", ErrorCode.Malformed)]
    [InlineData("""{"msgid":126,"groupid":5,"delete":false}""", "\"delete\"", ErrorCode.Malformed)]
    [InlineData("""{"msgid":126,"groupid":5,"delete":true,"desc":"x"}""", "\"delete\"", ErrorCode.Malformed)]
    [InlineData("""{"msgid":126,"groupid":5,"desc":"x","desc":"y"}""", "\"desc\"", ErrorCode.Malformed)]
    [InlineData("""{"msgid":126,"groupid":5,"history":"some"}""", "\"history\"", ErrorCode.Malformed)]
    [InlineData("""{"msgid":126,"groupid":5,"keep_days":-1}""", "\"keep_days\" must be an integer from 0 to 36500", ErrorCode.Malformed)]
    [InlineData("""{"msgid":126,"groupid":5,"keep_days":36501}""", "\"keep_days\" must be an integer", ErrorCode.Malformed)]
    [InlineData("""{"msgid":126,"groupid":5,"keep_days":"3"}""", "\"keep_days\" must be an integer", ErrorCode.Malformed)]
    public void What_is_wrong_with_a_change_of_a_group_is_named(string json, string key, ErrorCode error)
    {
        var invalid = Assert.IsType<InvalidRequest>(Requests.Read(Encoding.UTF8.GetBytes(json)));
        Assert.Equal(error, invalid.Error);
        Assert.Contains(key, invalid.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Who_waits_is_asked_for_and_decided_upon()
    {
        foreach (var request in (JoinRequestsRequest[])[
            new(5, 3, 50), new(5, 0, 100) { Accept = [1, 2] }, new(5, 0, 100) { Decline = [3] }, new(5, 0, 100) { Accept = [1], Decline = [3] }])
        {
            var read = Assert.IsType<JoinRequestsRequest>(Requests.Read(request.ToBytes()));
            Assert.Equal(request.ToBytes(), read.ToBytes());
            Assert.Equal(request.IsList, read.IsList);
        }

        Assert.Equal("""{"msgid":129,"groupid":5,"accept":[1],"decline":[3]}""" + "\n", Encoding.UTF8.GetString(new JoinRequestsRequest(5, 0, 100) { Accept = [1], Decline = [3] }.ToBytes()));
        var frame = ListFrames.JoinRequests(default, [new JoinRequestEntry(3, "bob", 1795410443660)], hasMore: true, 65536);
        Assert.Equal("""{"msgid":102,"errno":0,"requests":[{"id":3,"name":"bob","since":1795410443660}],"more":true}""" + "\n", Encoding.UTF8.GetString(frame));
        Assert.Equal([new JoinRequestEntry(3, "bob", 1795410443660)], ListReply.ReadJoinRequests(Json(frame)).Entries);
        var push = new GroupChangedPush(5, GroupChangedPush.Asked, 3) { UserId = 3 };
        Assert.Equal("""{"msgid":130,"groupid":5,"change":"asked","id":3,"by":3}""" + "\n", Encoding.UTF8.GetString(push.ToBytes()));
        Assert.Equal(push, GroupChangedPush.Of(Json(push.ToBytes())));
    }

    [Theory]
    [InlineData("""{"msgid":129}""", "\"groupid\"")]
    [InlineData("""{"msgid":129,"groupid":5,"accept":[]}""", "\"accept\"")]
    [InlineData("""{"msgid":129,"groupid":5,"decline":[0]}""", "\"decline\"")]
    [InlineData("""{"msgid":129,"groupid":5,"decline":[1],"decline":[2]}""", "\"decline\"")]
    [InlineData("""{"msgid":129,"groupid":5,"accept":[1,2],"decline":[2]}""", "user 2")]
    [InlineData("""{"msgid":129,"groupid":5,"limit":0}""", "\"limit\"")]
    public void What_is_wrong_with_a_decision_is_named(string json, string key) =>
        Assert.Contains(key, Assert.IsType<InvalidRequest>(Requests.Read(Encoding.UTF8.GetBytes(json))).Reason, StringComparison.Ordinal);

    static JsonElement Json(byte[] frame) => JsonDocument.Parse(frame).RootElement;
}
