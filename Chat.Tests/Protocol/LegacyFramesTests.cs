using System.Text;
using System.Text.Json;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Protocol;

/// <summary>The shapes of the legacy servers, byte for byte.</summary>
public sealed class LegacyFramesTests
{
    [Fact]
    public void Acks_of_a_registration_have_the_legacy_bytes()
    {
        Assert.Equal("""{"errno":0,"id":1,"msgid":5}""", Text(LegacyFrames.RegisterAck(1)));
        Assert.Equal("""{"errno":1,"msgid":5}""", Text(LegacyFrames.RegisterFailure(ErrorCode.Rejected)));
    }

    [Fact]
    public void Refused_logins_have_the_legacy_bytes()
    {
        Assert.Equal(
            """{"errmsg":"id or password is invalid!","errno":1,"msgid":2}""",
            Text(LegacyFrames.LoginFailure(ErrorCode.Rejected, "id or password is invalid!")));
        Assert.Equal(
            """{"errmsg":"this account is using, input another","errno":2,"msgid":2}""",
            Text(LegacyFrames.LoginFailure(ErrorCode.AlreadyOnline, "this account is using, input another")));
    }

    [Fact]
    public void A_login_ack_without_lists_leaves_them_out()
    {
        Assert.Equal("""{"errno":0,"id":1,"msgid":2,"name":"alice"}""", Text(LegacyFrames.LoginAck(1, "alice", [], [], [], out var hasOffline)));
        Assert.False(hasOffline);
    }

    [Fact]
    public void A_full_login_ack_has_the_legacy_bytes()
    {
        var offline = """{"id":3,"msg":"to offline alice","msgid":6,"name":"bob","time":"2026-01-02 03:04:05","toid":1}"""u8.ToArray();
        var ack = LegacyFrames.LoginAck(
            1, "alice", [new FriendEntry(5, "dave", false)],
            [new GroupEntry(1, "g1", "first group", [new MemberEntry(1, "alice", "creator", true)])], [offline], out var hasOffline);

        Assert.True(hasOffline);
        Assert.Equal(
            """
            {"errno":0,
            "friends":["{\"id\":5,\"name\":\"dave\",\"state\":\"offline\"}"],
            "groups":["{\"groupdesc\":\"first group\",\"groupname\":\"g1\",\"id\":1,\"users\":[\"{\\\"id\\\":1,\\\"name\\\":\\\"alice\\\",\\\"role\\\":\\\"creator\\\",\\\"state\\\":\\\"online\\\"}\"]}"],
            "id":1,"msgid":2,"name":"alice",
            "offlinemsg":["{\"id\":3,\"msg\":\"to offline alice\",\"msgid\":6,\"name\":\"bob\",\"time\":\"2026-01-02 03:04:05\",\"toid\":1}"]}
            """.Replace("\n", "", StringComparison.Ordinal),
            Text(ack));
    }

    [Fact]
    public void When_the_ack_is_too_small_the_offline_messages_go_first()
    {
        var ack = Ack(friends: 3, groups: 2, offline: 12, out var hasOffline);
        Assert.False(hasOffline);
        Assert.Equal((3, 2, 0), Counts(ack));
    }

    [Theory]
    [InlineData(5, 30, 5, 10)]
    [InlineData(12, 30, 5, 5)]
    [InlineData(100, 3, 8, 3)]
    public void Then_friends_and_groups_share_the_room_and_neither_takes_it_all(int friends, int groups, int leastFriends, int leastGroups)
    {
        var counts = Counts(Ack(friends, groups, offline: 3, out var hasOffline));
        Assert.False(hasOffline);
        Assert.Equal(0, counts.Offline);
        Assert.InRange(counts.Friends, leastFriends, friends);
        Assert.InRange(counts.Groups, leastGroups, groups);
    }

    [Fact]
    public void An_ack_of_whatever_size_fits_the_receive_buffer_and_is_not_cut_needlessly()
    {
        for (var count = 0; count < 120; count++)
        {
            Ack(count % 40, count % 7, count / 10, out _);
            var all = Ack(0, 0, count, out var hasOffline);
            var most = Encoding.UTF8.GetByteCount($$"""{"errno":0,"id":1,"msgid":2,"name":"alice","offlinemsg":[{{string.Join(',', Enumerable.Repeat(QuotedBody, count))}}]}""");
            Assert.True(count == 0 || hasOffline == most <= LegacyFrames.MaxBytes || most > LegacyFrames.MaxBytes - 8, $"{count} messages, {most} bytes");
            Assert.Equal(hasOffline ? count : 0, Counts(all).Offline);
        }
    }

    [Fact]
    public void A_body_that_fits_is_not_touched()
    {
        var body = Body(new string('x', 1024 - Body("").Length));
        Assert.Equal(1024, body.Length);
        Assert.True(Assert.Single(LegacyFrames.Split(body)).Span.SequenceEqual(body));
    }

    [Fact]
    public void Unknown_keys_are_shed_before_the_text_is_cut()
    {
        var large = new string('z', 900);
        var body = Encoding.UTF8.GetBytes($$"""{"a":"{{large}}","id":1,"msg":"{{new string('x', 200)}}","msgid":6,"name":"alice","time":"t","toid":3}""");
        Assert.Equal(
            $$"""{"id":1,"msg":"{{new string('x', 200)}}","msgid":6,"name":"alice","time":"t","toid":3}""",
            Text(Assert.Single(LegacyFrames.Split(body))));
    }

    [Theory]
    [InlineData("x")]
    [InlineData("é")]
    [InlineData("你")]
    [InlineData("😀")]
    [InlineData("\"")]
    [InlineData("\\")]
    [InlineData("\n")]
    [InlineData("\u0001")]
    [InlineData("a😀\"你\\b\té")]
    public void A_long_text_is_cut_at_code_points_and_joins_to_itself(string unit)
    {
        var text = string.Concat(Enumerable.Repeat(unit, 4000 / unit.Length));
        var frames = LegacyFrames.Split(Body(text));

        Assert.True(frames.Count > 1);
        var joined = new StringBuilder();
        foreach (var frame in frames)
        {
            Assert.InRange(frame.Length, 1, LegacyFrames.MaxBytes);
            using var json = JsonDocument.Parse(frame);
            Assert.Equal(["id", "msg", "msgid", "name", "time", "toid"], json.RootElement.EnumerateObject().Select(member => member.Name));
            Assert.Equal((1, 6, 3), (Number(json, "id"), Number(json, "msgid"), Number(json, "toid")));
            Assert.Equal("alice", json.RootElement.GetProperty("name").GetString());
            Assert.DoesNotContain("\\ud", Text(frame), StringComparison.OrdinalIgnoreCase);
            joined.Append(json.RootElement.GetProperty("msg").GetString());
        }

        Assert.Equal(text, joined.ToString());
        // Every frame but the last is as full as a code point allows.
        Assert.All(frames.SkipLast(1), frame => Assert.InRange(frame.Length, LegacyFrames.MaxBytes - 6, LegacyFrames.MaxBytes));
    }

    [Fact]
    public void A_large_group_is_listed_with_some_of_its_members_and_hides_no_other()
    {
        var members = Enumerable.Range(1, 40).Select(id => new MemberEntry(id, $"member {id}", "normal", false)).ToList();
        var ack = LegacyFrames.LoginAck(
            1, "alice", [new FriendEntry(2, "bob", true)],
            [
                new GroupEntry(7, "large", "", members), new GroupEntry(8, "unlisted", new string('x', 1000), []),
                new GroupEntry(9, "small", "", members[..1]), new GroupEntry(10, "large too", "", members),
            ],
            [], out _);

        Assert.InRange(ack.Length, 850, LegacyFrames.MaxBytes);
        using var json = JsonDocument.Parse(ack);
        Assert.Equal(1, json.RootElement.GetProperty("friends").GetArrayLength());
        var groups = json.RootElement.GetProperty("groups").EnumerateArray().Select(text => JsonDocument.Parse(text.GetString()!).RootElement).ToList();
        Assert.Equal([7, 9, 10], groups.Select(group => group.GetProperty("id").GetInt32()));
        Assert.All(groups, group => Assert.InRange(group.GetProperty("users").GetArrayLength(), 1, 39));
    }

    [Fact]
    public void A_group_message_is_cut_into_group_messages()
    {
        var body = Encoding.UTF8.GetBytes($$"""{"groupid":5,"id":1,"msg":"{{new string('x', 1500)}}","msgid":10,"name":"ali😀","time":"t"}""");
        var frames = LegacyFrames.Split(body);
        Assert.Equal(2, frames.Count);
        Assert.All(frames, frame => Assert.StartsWith("{\"groupid\":5,\"id\":1,\"msg\":\"xxx", Text(frame), StringComparison.Ordinal));
        Assert.All(frames, frame => Assert.EndsWith("\",\"msgid\":10,\"name\":\"ali😀\",\"time\":\"t\"}", Text(frame), StringComparison.Ordinal));
    }

    const string QuotedBody = "\"{\\\"id\\\":3,\\\"msg\\\":\\\"hello hello\\\",\\\"msgid\\\":6,\\\"name\\\":\\\"bob\\\",\\\"time\\\":\\\"t\\\",\\\"toid\\\":1}\"";

    static byte[] Ack(int friends, int groups, int offline, out bool hasOffline)
    {
        var body = """{"id":3,"msg":"hello hello","msgid":6,"name":"bob","time":"t","toid":1}"""u8.ToArray();
        var ack = LegacyFrames.LoginAck(
            1, "alice",
            [.. Enumerable.Range(1, friends).Select(id => new FriendEntry(id, $"friend{id}", true))],
            [.. Enumerable.Range(1, groups).Select(id => new GroupEntry(id, $"g{id}", "", [new MemberEntry(1, "alice", "normal", true)]))],
            [.. Enumerable.Repeat<ReadOnlyMemory<byte>>(body, offline)], out hasOffline);
        Assert.InRange(ack.Length, 1, LegacyFrames.MaxBytes);
        return ack;
    }

    static (int Friends, int Groups, int Offline) Counts(byte[] ack)
    {
        using var json = JsonDocument.Parse(ack);
        return (Count(json, "friends"), Count(json, "groups"), Count(json, "offlinemsg"));
    }

    static int Count(JsonDocument json, string list) => json.RootElement.TryGetProperty(list, out var value) ? value.GetArrayLength() : 0;

    static int Number(JsonDocument json, string key) => json.RootElement.GetProperty(key).GetInt32();

    static byte[] Body(string text) => Encoding.UTF8.GetBytes(
        $$"""{"id":1,"msg":{{Encoding.UTF8.GetString(JsonText.Quote(text))}},"msgid":6,"name":"alice","time":"2026-01-02 03:04:05","toid":3}""");

    static string Text(ReadOnlyMemory<byte> frame) => Encoding.UTF8.GetString(frame.Span);
}
