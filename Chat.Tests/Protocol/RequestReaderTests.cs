using System.Text;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Protocol;

public sealed class RequestReaderTests
{
    public static TheoryData<string, Request> Good => new()
    {
        { """{"msgid":100,"protocol":2,"client":"test/1"}""", new HelloRequest(2, "test/1") },
        { """{"msgid":100,"protocol":0}""", new HelloRequest(0, "") },
        { """{"id":1,"msgid":1,"password":"123456"}""", new LoginRequest(1, null, "123456", null) },
        { """{"msgid":1,"name":"alice","password":"x"}""", new LoginRequest(null, "alice", "x", null) },
        { """{"msgid":1,"id":7,"name":"alice","password":"x"}""", new LoginRequest(7, "alice", "x", null) },
        { """{"msgid":1,"id":-5,"password":"x"}""", new LoginRequest(-5, null, "x", null) },
        { """{"msgid":1,"token":"abc"}""", new LoginRequest(null, null, null, "abc") },
        { """{"msgid":1,"id":7,"name":"alice","password":"x","token":"abc"}""", new LoginRequest(7, "alice", "x", "abc") },
        { """{"msgid":1,"jwt":"a.b.c"}""", new LoginRequest(null, null, null, null) { Jwt = "a.b.c" } },
        { """{"msgid":1,"id":7,"jwt":"a.b.c","password":"x"}""", new LoginRequest(7, null, "x", null) { Jwt = "a.b.c" } },
        { """{"msgid":141,"jwt":"a.b.c"}""", new RefreshTokenRequest("a.b.c") },
        { """{"msgid":144,"id":7,"name":"alice"}""", new ListGroupsRequest(0, 100) { Claim = new SenderClaim(7, "alice") } },
        { """{"msgid":3}""", new LogoutRequest() },
        { """{"id":1,"msgid":3}""", new LogoutRequest { Claim = new SenderClaim(1, null) } },
        { """{"msgid":4,"name":"alice","password":"123456"}""", new RegisterRequest("alice", "123456") },
        { """{"msgid":4,"name":"","password":""}""", new RegisterRequest("", "") },
        { """{"friendid":5,"id":1,"msgid":7}""", new AddFriendRequest(5) { Claim = new SenderClaim(1, null) } },
        { """{"msgid":7,"friendid":5}""", new AddFriendRequest(5) },
        { """{"groupdesc":"first group","groupname":"g1","id":1,"msgid":8}""", new CreateGroupRequest("g1", "first group") { Claim = new SenderClaim(1, null) } },
        { """{"msgid":8,"groupname":"g1"}""", new CreateGroupRequest("g1", "") },
        { """{"groupid":1,"id":3,"msgid":9}""", new JoinGroupRequest(1) { Claim = new SenderClaim(3, null) } },
        { """{"msgid":103,"conversation":"d:1:3","seq":42}""", new ReceivedRequest(ConversationId.Direct(1, 3), 42, null) },
        { """{"msgid":103,"offline":9007199254740993}""", new ReceivedRequest(null, 0, 9007199254740993) },
        { """{"msgid":104}""", new PingRequest() },
        { """{"msgid":107,"conversation":"g:5"}""", new FetchHistoryRequest(ConversationId.Group(5), null, null, 100) },
        { """{"msgid":107,"conversation":"g:5","after":40,"limit":7}""", new FetchHistoryRequest(ConversationId.Group(5), 40, null, 7) },
        { """{"msgid":107,"conversation":"g:5","before":41,"limit":1000000}""", new FetchHistoryRequest(ConversationId.Group(5), null, 41, 1000) },
        { """{"msgid":125,"groupid":5}""", new ListMembersRequest(5, 0, 100) },
        { """{"msgid":125,"groupid":5,"after":2147483647,"limit":501}""", new ListMembersRequest(5, int.MaxValue, 500) },
        { """{"msgid":144}""", new ListGroupsRequest(0, 100) },
        { """{"msgid":145,"after":7,"limit":1}""", new ListFriendsRequest(7, 1) },
        { """{"msgid":108}""", new SyncRequest(null) },
        { """{"msgid":108,"since":"token"}""", new SyncRequest("token") },
        { """{"msgid":109,"conversation":"d:1:3","seq":0}""", new ReadRequest(ConversationId.Direct(1, 3), 0) },
        { """{"msgid":77,"toid":"whatever"}""", new UnknownRequest(77) },
        { """{"msgid":-1}""", new UnknownRequest(-1) },
        { """{"msgid":2}""", new UnknownRequest(2) },
    };

    [Theory]
    [MemberData(nameof(Good))]
    public void Each_request_is_read(string json, Request expected) => Assert.Equal(expected, Requests.Read(json));

    [Theory]
    [MemberData(nameof(Good))]
    public void Each_request_carries_its_ref(string json, Request expected)
    {
        var read = Requests.Read(json[..^1] + ""","ref":"r-1"}""");
        Assert.Equal("\"r-1\"", Requests.RefOf(read));
        Assert.Equal(expected, read with { Ref = default });
    }

    [Theory]
    [MemberData(nameof(Good))]
    public void White_space_and_escaped_keys_change_nothing(string json, Request expected)
    {
        var spaced = json.Replace(",", " ,\r\n", StringComparison.Ordinal).Replace(":", ": ", StringComparison.Ordinal)
            .Replace("d: 1: 3", "d:1:3", StringComparison.Ordinal).Replace("g: 5", "g:5", StringComparison.Ordinal);
        var escaped = json.Replace("\"msgid\"", "\"\\u006dsgid\"", StringComparison.Ordinal).Replace("\"id\"", "\"i\\u0064\"", StringComparison.Ordinal);
        Assert.Equal(expected, Requests.Read(spaced));
        Assert.Equal(expected, Requests.Read(escaped));
    }

    [Theory]
    [InlineData("17")]
    [InlineData("-17")]
    [InlineData("\"c \\u00e9 \\\" 😀\"")]
    [InlineData("\"\"")]
    public void A_ref_is_kept_as_it_was_sent(string token) =>
        Assert.Equal(token, Requests.RefOf(Requests.Read($$"""{"ref":{{token}},"msgid":104}""")));

    [Theory]
    [InlineData("1.5")]
    [InlineData("-1.5")]
    [InlineData("1e3")]
    [InlineData("-1e3")]
    [InlineData("null")]
    [InlineData("true")]
    [InlineData("[1]")]
    [InlineData("{}")]
    public void A_ref_that_is_neither_an_integer_nor_a_string_is_refused_and_not_repeated(string token)
    {
        var invalid = Requests.ReadInvalid($$"""{"ref":{{token}},"msgid":104}""");
        Assert.Contains("\"ref\"", invalid.Reason, StringComparison.Ordinal);
        Assert.True(invalid.Ref.IsNone);
    }

    [Fact]
    public void A_ref_has_at_most_128_bytes()
    {
        Assert.IsType<PingRequest>(Requests.Read($$"""{"ref":"{{new string('x', 126)}}","msgid":104}"""));
        Requests.ReadInvalid($$"""{"ref":"{{new string('x', 127)}}","msgid":104}""");
    }

    /// <summary>A limit counts the bytes of the text itself, in UTF-8: neither the quotes nor how it was escaped.</summary>
    [Theory]
    [InlineData("""{"msgid":4,"name":"a","password":VALUE}""", 1024)]
    [InlineData("""{"msgid":4,"password":"a","name":VALUE}""", 1024)]
    [InlineData("""{"msgid":1,"id":1,"password":VALUE}""", 1024)]
    [InlineData("""{"msgid":1,"token":VALUE}""", 1024)]
    [InlineData("""{"msgid":1,"jwt":VALUE}""", 8192)]
    [InlineData("""{"msgid":141,"jwt":VALUE}""", 8192)]
    [InlineData("""{"msgid":8,"groupname":VALUE}""", 1024)]
    [InlineData("""{"msgid":8,"groupname":"g","groupdesc":VALUE}""", 1024)]
    [InlineData("""{"msgid":100,"protocol":2,"client":VALUE}""", 1024)]
    [InlineData("""{"msgid":144,"name":VALUE}""", 1024)]
    [InlineData("""{"msgid":108,"since":VALUE}""", 65536)]
    [InlineData("""{"msgid":6,"toid":3,"msg":"x","time":VALUE}""", 64)]
    public void A_string_may_be_as_long_as_its_limit_and_no_longer(string json, int limit)
    {
        foreach (var (character, bytes) in ((string, int)[])[("x", 1), ("é", 2), ("😀", 4), ("\\u0078", 1), ("\\u00e9", 2), ("\\u20AC\\n", 4), ("\\ud83d\\ude00", 4), ("\\\"", 1)])
        {
            var text = string.Concat(Enumerable.Repeat(character, limit / bytes));
            var fitting = Read(text);
            Assert.False(fitting is InvalidRequest, $"{character}: {(fitting as InvalidRequest)?.Reason}");
            Assert.Contains($"at most {limit}", Assert.IsType<InvalidRequest>(Read(text + "x")).Reason, StringComparison.Ordinal);
        }

        Request Read(string value) =>
            RequestReader.Read(Encoding.UTF8.GetBytes(json.Replace("VALUE", $"\"{value}\"", StringComparison.Ordinal)), isSpaced: false);
    }

    [Fact]
    public void A_cmid_has_at_most_64_code_points_however_they_are_written()
    {
        foreach (var character in (string[])["x", "😀", "\\ud83d\\ude00"])
        {
            string Json(int count) => $$"""{"msgid":6,"toid":3,"msg":"x","cmid":"{{string.Concat(Enumerable.Repeat(character, count))}}"}""";
            Assert.Equal(64, Assert.IsType<SendMessageRequest>(Requests.Read(Json(64))).Cmid!.EnumerateRunes().Count());
            Assert.Contains("64", Requests.ReadInvalid(Json(65)).Reason, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("""{"msgid":4,"name":"a"}""", "\"password\" is missing")]
    [InlineData("""{"msgid":4,"name":"a","password":7}""", "\"password\" is not a string")]
    public void A_missing_string_and_one_of_another_type_are_told_apart(string json, string reason) =>
        Assert.StartsWith(reason, Requests.ReadInvalid(json).Reason, StringComparison.Ordinal);

    [Theory]
    [InlineData("""{}""", "msgid")]
    [InlineData("""{"x":1}""", "msgid")]
    [InlineData("""{"msgid":"6"}""", "msgid")]
    [InlineData("""{"msgid":6.0}""", "msgid")]
    [InlineData("""{"msgid":2147483648}""", "msgid")]
    [InlineData("""{"msgid":99999999999999999999}""", "msgid")]
    [InlineData("""{"msgid":null}""", "msgid")]
    [InlineData("""{"msgid":100}""", "protocol")]
    [InlineData("""{"msgid":100,"protocol":-1}""", "protocol")]
    [InlineData("""{"msgid":100,"protocol":2,"client":1}""", "client")]
    [InlineData("""{"msgid":1}""", "id")]
    [InlineData("""{"msgid":1,"password":"x"}""", "id")]
    [InlineData("""{"msgid":1,"id":1}""", "password")]
    [InlineData("""{"msgid":1,"id":1,"password":2}""", "password")]
    [InlineData("""{"msgid":1,"id":"1","password":"x"}""", "id")]
    [InlineData("""{"msgid":1,"id":2147483648,"password":"x"}""", "id")]
    [InlineData("""{"msgid":1,"token":7}""", "token")]
    [InlineData("""{"msgid":3,"id":0}""", "id")]
    [InlineData("""{"msgid":4,"name":"alice"}""", "password")]
    [InlineData("""{"msgid":4,"password":"alice"}""", "name")]
    [InlineData("""{"msgid":4,"name":["alice"],"password":"x"}""", "name")]
    [InlineData("""{"msgid":6,"msg":"hi"}""", "toid")]
    [InlineData("""{"msgid":6,"toid":0,"msg":"hi"}""", "toid")]
    [InlineData("""{"msgid":6,"toid":-1,"msg":"hi"}""", "toid")]
    [InlineData("""{"msgid":6,"toid":1e2,"msg":"hi"}""", "toid")]
    [InlineData("""{"msgid":6,"toid":"3","msg":"hi"}""", "toid")]
    [InlineData("""{"msgid":6,"toid":3}""", "msg")]
    [InlineData("""{"msgid":6,"toid":3,"msg":null}""", "msg")]
    [InlineData("""{"msgid":6,"toid":3,"msg":"hi","id":"1"}""", "id")]
    [InlineData("""{"msgid":6,"toid":3,"msg":"hi","name":7}""", "name")]
    [InlineData("""{"msgid":6,"toid":3,"msg":"hi","time":7}""", "time")]
    [InlineData("""{"msgid":6,"toid":3,"msg":"hi","cmid":""}""", "cmid")]
    [InlineData("""{"msgid":6,"toid":3,"msg":"hi","cmid":5}""", "cmid")]
    [InlineData("""{"msgid":10,"toid":3,"msg":"hi"}""", "groupid")]
    [InlineData("""{"msgid":7}""", "friendid")]
    [InlineData("""{"msgid":7,"friendid":0}""", "friendid")]
    [InlineData("""{"msgid":8}""", "groupname")]
    [InlineData("""{"msgid":8,"groupname":"g","groupdesc":{}}""", "groupdesc")]
    [InlineData("""{"msgid":9}""", "groupid")]
    [InlineData("""{"msgid":103}""", "conversation")]
    [InlineData("""{"msgid":103,"conversation":"d:3:1","seq":1}""", "conversation")]
    [InlineData("""{"msgid":103,"conversation":"d:1:3"}""", "seq")]
    [InlineData("""{"msgid":103,"conversation":"d:1:3","seq":-1}""", "seq")]
    [InlineData("""{"msgid":103,"offline":0}""", "offline")]
    [InlineData("""{"msgid":109,"seq":1}""", "conversation")]
    [InlineData("""{"msgid":109,"conversation":"g:1"}""", "seq")]
    [InlineData("""{"msgid":107}""", "conversation")]
    [InlineData("""{"msgid":107,"conversation":"g:1","limit":0}""", "limit")]
    [InlineData("""{"msgid":107,"conversation":"g:1","after":-1}""", "after")]
    [InlineData("""{"msgid":107,"conversation":"g:1","before":0}""", "before")]
    [InlineData("""{"msgid":107,"conversation":"g:1","before":9,"after":1}""", "before")]
    [InlineData("""{"msgid":108,"since":9}""", "since")]
    [InlineData("""{"msgid":104,"msgid":104}""", "msgid")]
    [InlineData("""{"msgid":104,"x":1e999}""", "number")]
    [InlineData("""{"msgid":109,"conversation":"d:1:2","seq":1e400}""", "\"seq\" has a number")]
    [InlineData("""{"msgid":115,"users":[1,-1e400]}""", "\"users\" has a number")]
    [InlineData("""{"msgid":104,"x":[{"y":-1e999}]}""", "number")]
    public void Bad_input_is_named_and_carries_its_ref(string json, string named)
    {
        var invalid = Requests.ReadInvalid(json[..^1] + (json.Length > 2 ? "," : "") + """ "ref":12}""");
        Assert.Equal(ErrorCode.Malformed, invalid.Error);
        Assert.Contains(named, invalid.Reason, StringComparison.Ordinal);
        Assert.Equal("12", Requests.RefOf(invalid));
        Assert.False(invalid.IsFatal);
    }

    [Theory]
    [InlineData("""{"ref":5,"msgid":104,}""")]
    [InlineData("""{"ref":5,"msgid":}""")]
    [InlineData("""{"ref":5 "msgid":104}""")]
    [InlineData("""{"ref":5,"msgid":104]""")]
    [InlineData("""{"ref":5,'msgid':104}""")]
    [InlineData("""{"ref":5,"msgid":01}""")]
    [InlineData("""{"ref":5,"msgid":+1}""")]
    [InlineData("""{"ref":5,"msgid":NaN}""")]
    [InlineData("""{"ref":5,/* */"msgid":104}""")]
    [InlineData("{\"ref\":5,\"msgid\":104,\"x\":\"a\tb\"}")]
    [InlineData("""{"ref":5,"x":"\x"}""")]
    public void What_is_not_json_is_refused_with_the_ref_in_front_of_the_fault(string json)
    {
        var invalid = Requests.ReadInvalid(json);
        Assert.Equal(ErrorCode.Malformed, invalid.Error);
        Assert.Contains("not valid JSON", invalid.Reason, StringComparison.Ordinal);
        Assert.Equal("5", Requests.RefOf(invalid));
    }

    [Theory]
    [InlineData("ref", "ref")]
    [InlineData("x", "x")]
    [InlineData("x", "\\u0078")]
    public void A_key_of_ours_twice_is_refused_and_a_key_of_others_twice_is_their_business(string one, string other)
    {
        var request = Requests.Read($$"""{"msgid":104,"{{one}}":1,"{{other}}":1}""");
        Assert.Equal(one == "ref", request is InvalidRequest);
    }

    [Fact]
    public void The_same_key_written_with_an_escape_is_the_same_key() =>
        Assert.Contains("\"toid\" is there twice", Requests.ReadInvalid("""{"msgid":6,"toid":3,"to\u0069d":4,"msg":"x"}""").Reason, StringComparison.Ordinal);

    [Theory]
    [InlineData(new byte[] { 0xFF })]
    [InlineData(new byte[] { 0xC3 })]
    [InlineData(new byte[] { 0xED, 0xA0, 0x80 })]
    [InlineData(new byte[] { 0xC0, 0x80 })]
    public void Invalid_utf8_is_refused_with_its_ref_wherever_it_is(byte[] bad)
    {
        byte[] inText = [.. "{\"ref\":7,\"msgid\":6,\"toid\":3,\"msg\":\""u8, .. bad, .. "\"}"u8];
        byte[] inKey = [.. "{\"ref\":7,\""u8, .. bad, .. "\":1,\"msgid\":104}"u8];
        foreach (var json in new[] { inText, inKey })
        {
            var invalid = Assert.IsType<InvalidRequest>(Requests.Read(json));
            Assert.Contains("UTF-8", invalid.Reason, StringComparison.Ordinal);
            Assert.Equal("7", Requests.RefOf(invalid));
        }
    }

    [Theory]
    [InlineData("""{"ref":7,"msgid":6,"toid":3,"msg":"\ud83d"}""")]
    [InlineData("""{"ref":7,"msgid":6,"toid":3,"msg":"\ude00\ud83d"}""")]
    [InlineData("""{"ref":7,"msgid":6,"toid":3,"msg":"x","other":{"y":["\udc00"]}}""")]
    [InlineData("""{"ref":7,"msgid":6,"toid":3,"msg":"x","\ud800":1}""")]
    [InlineData("""{"ref":7,"msgid":6,"toid":3,"msg":"x","other":{"\ud800":1}}""")]
    [InlineData("""{"ref":7,"msgid":4,"name":"\ud800","password":"x"}""")]
    public void Half_a_surrogate_pair_is_refused_with_its_ref(string json)
    {
        var invalid = Requests.ReadInvalid(json);
        Assert.Equal(ErrorCode.Malformed, invalid.Error);
        Assert.Contains("surrogate", invalid.Reason, StringComparison.Ordinal);
        Assert.Equal("7", Requests.RefOf(invalid));
    }

    [Theory]
    [InlineData("""{"msgid":6,"ref":9,"msg":"xxxxx""", "9")]
    [InlineData("""{"x":{"ref":1},"ref":"a b","msg":"xxxxx""", "\"a b\"")]
    [InlineData("""{"msgid":6,"msg":"xxxxx""", "")]
    [InlineData("""{"msgid":6,"re""", "")]
    [InlineData("""{"ref":[1],"msg":"x""", "")]
    [InlineData("""{"ref":true,"msg":"x""", "")]
    [InlineData("""{nothing""", "")]
    [InlineData("""{"\ud800":1,"ref":4,"msg":"x""", "4")]
    public void The_ref_of_an_object_that_was_cut_off_is_found_if_it_came_first(string beginning, string expected) =>
        Assert.Equal(expected, Encoding.UTF8.GetString(RequestReader.FindRef(new(Encoding.UTF8.GetBytes(beginning))).Token.Span));
}
