using System.Text;
using System.Text.Json;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Protocol;

/// <summary>The examples of the protocol's description, byte for byte.</summary>
public sealed class ModernFramesTests
{
    static RequestRef NoRef => default;

    [Fact]
    public void A_refused_mark_names_the_conversation_and_its_last_number()
    {
        var one = ConversationId.Direct(1, 3);
        Assert.Equal(
            """{"msgid":102,"ref":6,"errno":4,"errmsg":"no","retry":false,"conversation":"d:1:3","head":0}""" + "\n",
            Encoding.UTF8.GetString(ModernFrames.Failure(new RequestRef("6"u8.ToArray()), ErrorCode.Malformed, "no", one, 0)));
        Assert.Equal(
            """{"msgid":102,"errno":6,"errmsg":"no","retry":false,"conversation":"d:1:3"}""" + "\n",
            Encoding.UTF8.GetString(ModernFrames.Failure(default, ErrorCode.NotYours, "no", one, null)));
    }

    [Fact]
    public void Hello_is_answered_with_what_a_client_has_to_know() =>
        AssertFrame(
            """{"msgid":101,"protocol":2,"node":"127.0.0.1:4053","heartbeat":30,"maxframe":65536}""",
            ModernFrames.HelloAck(NoRef, "127.0.0.1:4053", 30, 65536));

    [Fact]
    public void Register_is_answered_with_the_id() =>
        AssertFrame("""{"msgid":5,"ref":1,"errno":0,"id":1}""", ModernFrames.RegisterAck(Ref("1"), 1));

    [Fact]
    public void A_login_is_answered_with_lists_that_are_plain_json() =>
        AssertFrame(
            """{"msgid":2,"ref":2,"errno":0,"id":1,"name":"alice","token":"tok","friends":[{"id":5,"name":"dave","state":"offline"}]"""
            + ""","groups":[{"id":1,"groupname":"g1","groupdesc":"…","users":[{"id":1,"name":"alice","role":"creator","state":"online"}]}]}""",
            ModernFrames.LoginAck(
                Ref("2"), 1, "alice", "tok", [new FriendEntry(5, "dave", false)],
                [new GroupEntry(1, "g1", "…", [new MemberEntry(1, "alice", "creator", true)])], 65536));

    [Fact]
    public void A_login_without_friends_has_empty_lists() =>
        AssertFrame(
            """{"msgid":2,"errno":0,"id":1,"name":"alice","token":"","friends":[],"groups":[]}""",
            ModernFrames.LoginAck(NoRef, 1, "alice", "", [], [], 2048));

    [Fact]
    public void An_acknowledgement_names_conversation_number_and_time() =>
        AssertFrame(
            """{"msgid":102,"ref":3,"errno":0,"conversation":"d:1:3","seq":42,"ts":1795410443660}""",
            ModernFrames.Accepted(Ref("3"), ConversationId.Direct(1, 3), 42, 1795410443660));

    [Fact]
    public void An_acknowledgement_without_a_history_has_only_the_time() =>
        AssertFrame(
            """{"msgid":102,"ref":"a","errno":0,"ts":1795410443660}""",
            ModernFrames.Accepted(Ref("\"a\""), ConversationId.Direct(1, 3), 0, 1795410443660));

    [Fact]
    public void The_largest_acknowledgement_fits()
    {
        var token = "\"" + new string('x', RequestRef.MaxBytes - 2) + "\"";
        AssertFrame(
            $$"""{"msgid":102,"ref":{{token}},"errno":0,"conversation":"d:2147483646:2147483647","seq":9223372036854775807,"ts":9223372036854775807}""",
            ModernFrames.Accepted(Ref(token), ConversationId.Direct(int.MaxValue, int.MaxValue - 1), long.MaxValue, long.MaxValue));
    }

    [Theory]
    [InlineData(ErrorCode.Unavailable, "true")]
    [InlineData(ErrorCode.TooFast, "true")]
    [InlineData(ErrorCode.NotYours, "false")]
    [InlineData(ErrorCode.Malformed, "false")]
    public void A_failure_says_whether_to_try_again(ErrorCode error, string retry) =>
        AssertFrame(
            $$"""{"msgid":102,"ref":4,"errno":{{(int)error}},"errmsg":"why \"so\"","retry":{{retry}}}""",
            ModernFrames.Failure(MessageKind.Reply, Ref("4"), error, "why \"so\""));

    [Fact]
    public void A_failed_login_has_the_number_of_a_login_ack() =>
        AssertFrame("""{"msgid":2,"errno":1,"errmsg":"no","retry":false}""", ModernFrames.Failure(MessageKind.LoginAck, NoRef, ErrorCode.Rejected, "no"));

    [Fact]
    public void Success_is_bare_or_carries_what_was_asked_for()
    {
        AssertFrame("""{"msgid":102,"errno":0}""", ModernFrames.Success(NoRef));
        AssertFrame("""{"msgid":102,"ref":-5,"errno":0,"groupid":7}""", ModernFrames.Success(Ref("-5"), writer => writer.WriteNumber("groupid", 7)));
    }

    [Fact]
    public void A_ping_is_answered()
    {
        AssertFrame("""{"msgid":105}""", ModernFrames.Pong(NoRef));
        AssertFrame("""{"msgid":105,"ref":9}""", ModernFrames.Pong(Ref("9")));
    }

    [Fact]
    public void A_draining_node_says_when_to_come_back() =>
        AssertFrame("""{"msgid":106,"reason":"draining","after":2000}""", ModernFrames.GoAway("draining", 2000));

    [Fact]
    public void A_history_lists_pushes() =>
        AssertFrame(
            """{"msgid":102,"ref":5,"errno":0,"messages":[{"seq":1},{"seq":2}]}""",
            ModernFrames.History(Ref("5"), [Push(1), Push(2)], keepNewest: false, hasMore: false, 65536));

    [Fact]
    public void A_history_says_that_there_is_more() =>
        AssertFrame(
            """{"msgid":102,"errno":0,"messages":[{"seq":1}],"more":true}""",
            ModernFrames.History(NoRef, [Push(1)], keepNewest: false, hasMore: true, 65536));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_history_takes_what_fits_from_the_end_that_was_asked_for(bool keepNewest)
    {
        var pushes = Enumerable.Range(1, 100).Select(seq => Push(seq, new string('x', 50))).ToList();
        for (var max = 512; max < 8000; max += 97)
        {
            var frame = ModernFrames.History(Ref("5"), pushes, keepNewest, hasMore: false, max);
            Assert.InRange(frame.Length, 1, max);
            using var json = JsonDocument.Parse(frame);
            var seqs = json.RootElement.GetProperty("messages").EnumerateArray().Select(push => push.GetProperty("seq").GetInt32()).ToList();
            var from = keepNewest ? 100 - seqs.Count + 1 : 1;
            Assert.Equal(Enumerable.Range(from, seqs.Count), seqs);
            Assert.Equal(seqs.Count < 100, json.RootElement.TryGetProperty("more", out _));
            Assert.True(seqs.Count == 100 || frame.Length + pushes[0].Length > max - 64, "one more would have fitted");
        }
    }

    [Fact]
    public void A_sync_lists_what_changed()
    {
        AssertFrame(
            """{"msgid":102,"ref":6,"errno":0,"token":"t","conversations":[{"conversation":"d:1:3","head":42,"received":41,"read":40}]}""",
            ModernFrames.Sync(Ref("6"), "t", [new ConversationEntry(ConversationId.Direct(1, 3), 42, 41, 40)], hasMore: false));
        AssertFrame(
            """{"msgid":102,"errno":0,"token":"t","conversations":[{"conversation":"d:1:3","head":42,"received":41,"read":40,"rev":7,"unread":0,"floor":41}]}""",
            ModernFrames.Sync(NoRef, "t", [new ConversationEntry(ConversationId.Direct(1, 3), 42, 41, 40, 7) { Unread = 0, Floor = 41 }], hasMore: false));
        AssertFrame(
            """{"msgid":102,"errno":0,"token":"t","conversations":[],"more":true}""", ModernFrames.Sync(NoRef, "t", [], hasMore: true));
    }

    [Fact]
    public void A_login_ack_that_does_not_fit_is_cut_and_says_so()
    {
        var friends = Enumerable.Range(1, 300).Select(id => new FriendEntry(id, $"friend \"{id}\"", true)).ToList();
        var groups = Enumerable.Range(1, 30).Select(id => new GroupEntry(id, $"g{id}", "", [new MemberEntry(1, "a", "normal", true)])).ToList();
        for (var max = 2048; max < 30_000; max += 1234)
        {
            var ack = ModernFrames.LoginAck(Ref("1"), 1, "alice", new string('t', 43), friends, groups, max);
            Assert.InRange(ack.Length, 1, max);
            using var json = JsonDocument.Parse(ack);
            var counts = (json.RootElement.GetProperty("friends").GetArrayLength(), json.RootElement.GetProperty("groups").GetArrayLength());
            var isCut = json.RootElement.TryGetProperty("truncated", out var truncated);
            var users = json.RootElement.GetProperty("groups").EnumerateArray().Sum(group => group.GetProperty("users").GetArrayLength());
            Assert.Equal(counts != (300, 30) || users < 30, isCut);
            Assert.True(!isCut || truncated.GetBoolean());
        }
    }

    [Fact]
    public void A_large_group_is_listed_with_some_of_its_members_and_hides_no_other()
    {
        var large = new GroupEntry(7, "large", "", [.. Enumerable.Range(1, 986).Select(id => new MemberEntry(id, $"a member of a long name, number {id}", "normal", false))]);
        var small = new GroupEntry(8, "small", "", [new MemberEntry(1, "a", "normal", true)]);
        var ack = ModernFrames.LoginAck(NoRef, 1, "alice", new string('t', 43), [], [large, small, large with { Id = 9 }], 65536);

        Assert.InRange(ack.Length, 63_000, 65536);
        using var json = JsonDocument.Parse(ack);
        var groups = json.RootElement.GetProperty("groups").EnumerateArray().ToList();
        Assert.Equal([(7, true), (8, false), (9, true)], groups.Select(group => (group.GetProperty("id").GetInt32(), group.TryGetProperty("truncated", out _))));
        Assert.Equal(1, groups[1].GetProperty("users").GetArrayLength());
        Assert.InRange(groups[2].GetProperty("users").GetArrayLength(), 300, 985);
        Assert.True(json.RootElement.GetProperty("truncated").GetBoolean());
    }

    static RequestRef Ref(string token) => new(Encoding.UTF8.GetBytes(token));

    static byte[] Push(int seq, string? padding = null) =>
        Encoding.UTF8.GetBytes(padding is null ? $$"""{"seq":{{seq}}}""" + "\n" : $$"""{"seq":{{seq}},"x":"{{padding}}"}""" + "\n");

    static void AssertFrame(string expected, byte[] frame) => Assert.Equal(expected + "\n", Encoding.UTF8.GetString(frame));
}
