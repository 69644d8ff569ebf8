using System.Text;
using System.Text.Json;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Protocol;

/// <summary>What one side of the wire writes the other reads, and it is the same.</summary>
public sealed class RoundTripTests
{
    static readonly ConversationId Conversation = ConversationId.Direct(3, 17);

    public static TheoryData<Request> All => new(
        new HelloRequest(2, "a \"client\""), new LoginRequest(5, null, "secret", null), new LoginRequest(null, "ålice", "secret", null), new LoginRequest(null, null, null, "token"),
        new LoginRequest(null, null, null, null) { Jwt = "a.b.c" }, new LoginRequest(7, null, null, null) { Jwt = "a.b.c" }, new RefreshTokenRequest("a.b.c"),
        new LogoutRequest(), new RegisterRequest("bob", "pass\\word"), new AddFriendRequest(4), new CreateGroupRequest("group", "what it is for"), new JoinGroupRequest(9),
        new ReceivedRequest(Conversation, 42, null), new ReceivedRequest(null, 0, 77), new ReadRequest(Conversation, 42), new PingRequest(),
        new FetchHistoryRequest(Conversation, 10, null, 50), new FetchHistoryRequest(Conversation, null, 10, 50), new SyncRequest(null), new SyncRequest("since"),
        new GetSettingsRequest(), new ChangeSettingsRequest(new() { Presence = PresencePrivacy.Nobody, Mute = Conversation, Unpin = ConversationId.Group(2) }),
        new ListMembersRequest(9, 3, 100), new ListGroupsRequest(3, 100), new ListFriendsRequest(0, 500));

    [Theory]
    [MemberData(nameof(All))]
    public void A_request_is_read_as_it_was_written(Request request)
    {
        var bytes = request.ToBytes(7);
        Assert.Equal((byte)'\n', bytes[^1]);
        var read = Requests.Read(bytes);
        Assert.Equal("7", Requests.RefOf(read));
        Assert.Equal(request, WithoutWhose(read) with { Ref = default });
        Assert.True(Requests.Read(request.ToBytes()).Ref.IsNone);
    }

    /// <summary>A login and a registration have id and name of their own; of the others none was written.</summary>
    static Request WithoutWhose(Request request) => request is UserRequest own ? own with { Claim = default } : request;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_message_is_read_as_it_was_written(bool isGroup)
    {
        var read = Requests.ReadMessage(Encoding.UTF8.GetString(SendMessageRequest.ToBytes(isGroup, 17, "hällo \"you\"", "c-1", 7)));
        Assert.Equal((isGroup, 17, "c-1", "7"), (read.IsGroup, read.TargetId, read.Cmid, Requests.RefOf(read)));
        var push = Push(ChatBody.ToPush(read.BuildBody(new ChatSender(3, "alice")).Bytes.Span, Conversation, read.Cmid, seq: 42, ts: 1795410443660));
        Assert.Equal((Conversation, 42, 3, "alice", "hällo \"you\""), (push.Conversation, push.Seq, push.SenderId, push.SenderName, push.Text));
        Assert.Equal(("c-1", 1795410443660, 0), (push.Cmid, push.Timestamp, push.OfflineId));
    }

    [Theory]
    [InlineData("""{"msgid":1,"ref":7,"token":"t"}""", "login")]
    [InlineData("""{"msgid":1,"ref":7,"jwt":"a.b.c"}""", "login with a jwt")]
    [InlineData("""{"msgid":141,"ref":7,"jwt":"a.b.c"}""", "refresh")]
    [InlineData("""{"msgid":6,"ref":7,"cmid":"c","toid":17,"msg":"ä/<"}""", "message")]
    [InlineData("""{"msgid":103,"conversation":"d:3:17","seq":42}""", "received")]
    [InlineData("""{"msgid":107,"ref":7,"conversation":"d:3:17","after":1,"limit":50}""", "history")]
    public void The_bytes_of_clients_stay_as_they_are(string expected, string which)
    {
        var bytes = which switch
        {
            "login" => new LoginRequest(5, "bob", "secret", "t").ToBytes(7),
            "login with a jwt" => new LoginRequest(null, null, null, null) { Jwt = "a.b.c" }.ToBytes(7),
            "refresh" => new RefreshTokenRequest("a.b.c").ToBytes(7),
            "message" => SendMessageRequest.ToBytes(isGroup: false, 17, "ä/<", "c", 7),
            "received" => new ReceivedRequest(Conversation, 42, null).ToBytes(),
            _ => new FetchHistoryRequest(Conversation, 1, null, 50).ToBytes(7),
        };
        Assert.Equal(expected + "\n", Encoding.UTF8.GetString(bytes));
    }

    [Fact]
    public void No_secret_is_shown()
    {
        Assert.DoesNotContain("secret", $"{new LoginRequest(5, "bob", "secret", "secret")} {new RegisterRequest("bob", "secret")} {new LoginRequest(5, null, null, null) { Jwt = "secret" }} {new RefreshTokenRequest("secret")}", StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_only_read_is_not_written()
    {
        Assert.Throws<InvalidOperationException>(() => new UnknownRequest(99).ToBytes());
        Assert.Throws<InvalidOperationException>(() => Requests.ReadMessage("""{"msgid":6,"toid":1,"msg":"x"}""").ToBytes());
    }

    [Fact]
    public void A_hello_is_answered()
    {
        Assert.Equal(new HelloReply("node", TimeSpan.FromSeconds(30), 65536), HelloReply.Read(Json(ModernFrames.HelloAck(default, "node", 30, 65536))));
        var next = HelloReply.Read(Json(ModernFrames.HelloAck(default, "node", 30, 65536, 3, ["changes"])));
        Assert.Equal((3, "changes"), (next.Protocol, Assert.Single(next.Features)));
    }

    [Fact]
    public void A_login_is_answered()
    {
        FriendEntry[] friends = [new(5, "dave", false)];
        MemberEntry[] members = [new(1, "alice", "creator", true)];
        var json = Json(ModernFrames.LoginAck(Ref, 1, "alice", "tok", friends, [new GroupEntry(2, "g", "…", members)], 65536));
        var login = LoginReply.Read(json);
        Assert.Equal((1, "alice", "tok", false), (login.Id, login.Name, login.Token, login.IsTruncated));
        Assert.Equal(friends, login.Friends);
        Assert.Equal((2, "g", "…"), (login.Groups[0].Id, login.Groups[0].Name, login.Groups[0].Description));
        Assert.Equal(members, login.Groups[0].Members);
        Assert.DoesNotContain("tok", login.ToString(), StringComparison.Ordinal);
        Assert.Equal((MessageKind.LoginAck, 7L), (ServerObject.KindOf(json), ServerObject.RefOf(json)));
    }

    [Fact]
    public void A_registration_is_answered() => Assert.Equal(9, CreatedReply.ReadUserId(Json(ModernFrames.RegisterAck(Ref, 9))));

    [Fact]
    public void A_failure_is_told_with_its_reason_and_a_success_is_none()
    {
        Assert.Equal(new ReplyFailure(ErrorCode.Rejected, "no", false), ReplyFailure.Find(Json(ModernFrames.Failure(MessageKind.Reply, Ref, ErrorCode.Rejected, "no"))));
        Assert.Null(ReplyFailure.Find(Json(ModernFrames.Accepted(Ref, Conversation, 42, 1000))));
    }

    [Fact]
    public void A_mark_that_is_too_high_is_refused_with_the_last_number()
    {
        Assert.Equal(new RefusedMark(Conversation, 5), RefusedMark.Find(Json(ModernFrames.Failure(Ref, ErrorCode.Malformed, "no", Conversation, 5))));
        Assert.Null(RefusedMark.Find(Json(ModernFrames.Failure(Ref, ErrorCode.NotYours, "no", Conversation, null))));
    }

    [Fact]
    public void A_message_is_acknowledged()
    {
        Assert.Equal(new AcceptedReply(Conversation, 42, 1000), AcceptedReply.Read(Json(ModernFrames.Accepted(Ref, Conversation, 42, 1000))));
        Assert.Equal(new AcceptedReply(null, 0, 1000), AcceptedReply.Read(Json(ModernFrames.Accepted(Ref, Conversation, 0, 1000))));
    }

    [Fact]
    public void A_history_has_its_pushes()
    {
        byte[][] pushes = [ChatBody.ToPush("""{"id":3,"msg":"a","msgid":6,"name":"n","time":"t","toid":17}"""u8, Conversation, null, 1, 1000)];
        var history = HistoryReply.Read(Json(ModernFrames.History(Ref, pushes, keepNewest: false, hasMore: true, 65536)));
        Assert.True(history.HasMore);
        Assert.Equal(Push(pushes[0]), Assert.Single(history.Messages));
    }

    [Fact]
    public void A_queued_row_of_another_server_says_whom_it_is_for_or_nothing()
    {
        Assert.Equal(ConversationId.Group(8), Push("""{"groupid":8,"id":3,"msg":"a","msgid":10}"""u8.ToArray()).Conversation);
        Assert.Null(ChatPush.Find(Json("""{"id":3,"msg":"a","msgid":6}"""u8.ToArray())));
    }

    [Fact]
    public void A_sync_has_its_conversations()
    {
        ConversationEntry[] entries = [new(Conversation, 9, 8, 7), new(Conversation, 9, 8, 7, 6) { Unread = 0, Floor = 3 }];
        var sync = SyncReply.Read(Json(ModernFrames.Sync(Ref, "token", entries, hasMore: true)));
        Assert.Equal(("token", true), (sync.Token, sync.HasMore));
        Assert.Equal(entries, sync.Conversations);
    }

    [Fact]
    public void Settings_come_as_a_reply_and_as_a_push()
    {
        var settings = new UserSettings(PresencePrivacy.Nobody, [Conversation], [ConversationId.Group(2)]);
        foreach (var bytes in (byte[][])[SettingsFrames.Reply(Ref, settings, 65536), SettingsFrames.Changed(settings, 65536)])
        {
            var read = SettingsFrames.Read(Json(bytes));
            Assert.Equal((settings.Presence, false), (read.Presence, read.IsTruncated));
            Assert.Equal(settings.Muted, read.Muted);
            Assert.Equal(settings.Pinned, read.Pinned);
        }
    }

    [Fact]
    public void Lists_have_their_entries()
    {
        MemberEntry[] members = [new(1, "alice", "creator", true), new(2, "bob", "normal", false)];
        GroupSummary[] groups = [new(2, "g", "…", "normal", 5)];
        FriendEntry[] friends = [new(5, "dave", true)];
        Assert.Equal(members, ListReply.ReadMembers(Json(ListFrames.Members(Ref, members, hasMore: false, 65536))).Entries);
        Assert.Equal(groups, ListReply.ReadGroups(Json(ListFrames.Groups(Ref, groups, hasMore: false, 65536))).Entries);
        var page = ListReply.ReadFriends(Json(ListFrames.Friends(Ref, friends, hasMore: true, 65536)));
        Assert.Equal(friends, page.Entries);
        Assert.True(page.HasMore);
    }

    [Fact]
    public void A_farewell_says_why_and_when() =>
        Assert.Equal(new GoAwayPush("drain", TimeSpan.FromMilliseconds(1500)), GoAwayPush.Read(Json(ModernFrames.GoAway("drain", 1500))));

    [Fact]
    public void A_farewell_may_be_for_good()
    {
        var bytes = ModernFrames.LoginIsOver("expired");
        Assert.Equal("""{"msgid":106,"reason":"expired","reconnect":false}""" + "\n", Encoding.UTF8.GetString(bytes));
        Assert.Equal(new GoAwayPush("expired", TimeSpan.Zero) { MayReconnect = false }, GoAwayPush.Read(Json(bytes)));
    }

    [Fact]
    public void A_token_that_expires_is_announced_in_seconds()
    {
        var bytes = ModernFrames.TokenExpiring(30);
        Assert.Equal("""{"msgid":142,"in":30}""" + "\n", Encoding.UTF8.GetString(bytes));
        Assert.Equal(new TokenExpiringPush(TimeSpan.FromSeconds(30)), TokenExpiringPush.Read(Json(bytes)));
    }

    [Fact]
    public void What_no_server_of_ours_sends_is_an_error()
    {
        Assert.Throws<FormatException>(() => ServerObject.KindOf(Json("""{"msgid":"1"}"""u8.ToArray())));
        Assert.Throws<FormatException>(() => ServerObject.RefOf(Json("""{"ref":"1"}"""u8.ToArray())));
        Assert.Throws<FormatException>(() => SyncReply.Read(Json("""{"conversations":[{"head":1}]}"""u8.ToArray())));
        Assert.Throws<FormatException>(() => CreatedReply.ReadUserId(Json("""{"id":0}"""u8.ToArray())));
    }

    static RequestRef Ref => new("7"u8.ToArray());

    static ChatPush Push(byte[] frame) => ChatPush.Find(Json(frame))!;

    static JsonElement Json(byte[] frame) => JsonDocument.Parse(frame).RootElement;
}
