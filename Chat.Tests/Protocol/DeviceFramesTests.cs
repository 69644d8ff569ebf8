using System.Text;
using System.Text.Json;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Protocol;

/// <summary>Devices and reports on the wire: both sides.</summary>
public sealed class DeviceFramesTests
{
    static readonly RequestRef Ref = new("7"u8.ToArray());

    [Fact]
    public void A_login_says_on_what_it_is()
    {
        var json = """{"msgid":1,"id":3,"password":"x","device":{"id":"4f9c-1","name":"Ann's 📱","platform":"android","more":[1]}}""";
        var expected = new LoginRequest(3, null, "x", null) { Device = new LoginDevice("4f9c-1", "Ann's 📱", "android") };
        Assert.Equal(expected, Requests.Read(Encoding.UTF8.GetBytes(json)));
        Assert.Equal(expected, Requests.Read(expected.ToBytes()));
        Assert.Equal(expected.Device, Assert.IsType<LoginRequest>(Requests.Read(Encoding.UTF8.GetBytes(json.Replace("device", "devic\\u0065", StringComparison.Ordinal)))).Device);
    }

    [Theory]
    [InlineData("5", "\"device\" must be an object")]
    [InlineData("{}", "\"device.id\" is missing")]
    [InlineData("{\"id\":5}", "\"device.id\" is not a string")]
    [InlineData("{\"id\":\"\"}", "\"device.id\" has 0 characters: 1 to 64 are expected")]
    [InlineData("{\"id\":\"../x\"}", "\"device.id\" has U+002F at position 3")]
    [InlineData("{\"id\":\"ü\"}", "\"device.id\" has U+00FC at position 1")]
    [InlineData("{\"id\":\"a\",\"name\":\"a\\nb\"}", "\"device.name\" has U+000A at position 2")]
    [InlineData("{\"id\":\"a\",\"platform\":\"i os\"}", "\"device.platform\" has U+0020 at position 2")]
    [InlineData("{\"id\":\"a\"},\"device\":{\"id\":\"b\"}", "\"device\" is there twice")]
    [InlineData("{\"id\":\"a\",\"id\":\"b\"}", "\"device.id\" is there twice")]
    [InlineData("{\"id\":\"\\ud800\"}", "half a surrogate pair")]
    public void What_is_wrong_with_a_device_stands_beside_the_login(string device, string expected)
    {
        var login = Assert.IsType<LoginRequest>(Requests.Read(Encoding.UTF8.GetBytes($$"""{"msgid":1,"id":3,"password":"x","device":{{device}}}""")));
        Assert.Null(login.Device);
        Assert.Contains(expected, login.DeviceProblem, StringComparison.Ordinal);
    }

    [Fact]
    public void Changes_are_read_as_they_are_written()
    {
        foreach (var change in (ChangeDeviceRequest[])
        [
            new("a") { Name = "b" }, new("a") { Name = "", Push = new PushTarget("fcm", "tok\"en") }, new("a") { ForgetsPush = true }, new("a") { Revokes = true },
        ])
            Assert.Equal(change, Requests.Read(change.ToBytes()));
        Assert.IsType<ListDevicesRequest>(Requests.Read(new ListDevicesRequest().ToBytes()));
        Assert.DoesNotContain("s3cret", $"{new ChangeDeviceRequest("a") { Push = new PushTarget("fcm", "s3cret") }}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"msgid\":140}", "\"device\" is missing")]
    [InlineData("{\"msgid\":140,\"device\":7,\"name\":\"x\"}", "\"device\" is not a string")]
    [InlineData("{\"msgid\":140,\"device\":\"a\"}", "\"name\", \"push\" or \"revoke\" is expected")]
    [InlineData("{\"msgid\":140,\"device\":\"a\",\"revoke\":false}", "\"revoke\" must be true")]
    [InlineData("{\"msgid\":140,\"device\":\"a\",\"revoke\":true,\"name\":\"x\"}", "\"revoke\" stands alone")]
    [InlineData("{\"msgid\":140,\"device\":\"a\",\"push\":\"x\"}", "\"push\" must be an object")]
    [InlineData("{\"msgid\":140,\"device\":\"a\",\"push\":{\"token\":\"x\"}}", "\"push.provider\" is missing")]
    [InlineData("{\"msgid\":140,\"device\":\"a\",\"push\":{\"provider\":\"fcm\"}}", "\"push.token\" is missing")]
    [InlineData("{\"msgid\":140,\"device\":\"a\",\"push\":{\"provider\":\"fcm\",\"token\":\"\"}}", "\"push.token\" has 0 bytes")]
    [InlineData("{\"msgid\":140,\"device\":\"a\",\"push\":{\"provider\":\"F C\",\"token\":\"x\"}}", "\"push.provider\" has U+0020")]
    [InlineData("{\"msgid\":140,\"device\":\"a\",\"name\":\"x\",\"name\":\"y\"}", "\"name\" is there twice")]
    [InlineData("{\"msgid\":140,\"device\":\"a\",\"push\":{\"provider\":\"fcm\",\"token\":\"x\",\"token\":\"y\"}}", "\"push.token\" is there twice")]
    [InlineData("{\"msgid\":143,\"conversation\":\"d:3:1\",\"seq\":1,\"reason\":\"x\"}", "\"conversation\" must be")]
    [InlineData("{\"msgid\":143,\"conversation\":\"d:1:3\",\"seq\":0,\"reason\":\"x\"}", "\"seq\"")]
    [InlineData("{\"msgid\":143,\"conversation\":\"d:1:3\",\"seq\":1}", "\"reason\" is missing")]
    [InlineData("{\"msgid\":143,\"conversation\":\"d:1:3\",\"seq\":1,\"reason\":\"\"}", "\"reason\" has 0 characters")]
    [InlineData("{\"msgid\":143,\"conversation\":\"d:1:3\",\"seq\":1,\"reason\":[]}", "\"reason\" is not a string")]
    [InlineData("{\"msgid\":143,\"conversation\":\"d:1:3\",\"seq\":1,\"reason\":\"a\\u0000\"}", "\"reason\" has U+0000 at position 2")]
    public void What_is_wrong_is_named(string json, string expected) =>
        Assert.Contains(expected, Assert.IsType<InvalidRequest>(Requests.Read(Encoding.UTF8.GetBytes(json))).Reason, StringComparison.Ordinal);

    [Fact]
    public void What_is_too_long_is_named_by_its_bound_and_a_secret_is_not_repeated()
    {
        Assert.Contains("at most 100", Reason(new ChangeDeviceRequest("a") { Name = new string('é', 101) }), StringComparison.Ordinal);
        Assert.Contains("1 to 64", Reason(new ChangeDeviceRequest(new string('a', 65)) { Name = "x" }), StringComparison.Ordinal);
        Assert.Contains("1 to 500", Reason(new ReportRequest(ConversationId.Group(5), 1, new string('你', 501))), StringComparison.Ordinal);
        var token = Reason(new ChangeDeviceRequest("a") { Push = new PushTarget("fcm", new string('t', 2049)) });
        Assert.Contains("has 2049 bytes: 1 to 2048", token, StringComparison.Ordinal);
        Assert.DoesNotContain("ttt", token, StringComparison.Ordinal);

        static string Reason(Request request) => Assert.IsType<InvalidRequest>(Requests.Read(request.ToBytes())).Reason;
    }

    [Fact]
    public void A_report_is_read_as_it_is_written()
    {
        var report = new ReportRequest(ConversationId.Group(5), 9_000_000_000, "spam\n\"你\"");
        Assert.Equal(report, Requests.Read(report.ToBytes()));
    }

    [Fact]
    public void The_list_is_read_as_it_is_written_and_has_room_for_no_more_than_a_frame()
    {
        var devices = new[] { new UserDevice("a", "Ann's", "ios", 99) { IsHere = true, HasPush = true }, new UserDevice("b", "", "", 5) };
        var bytes = new DevicesReply(devices).ToBytes(Ref, 65536);
        Assert.Equal(
            """{"msgid":102,"ref":7,"errno":0,"devices":[{"device":"a","name":"Ann's","platform":"ios","seen":99,"push":true,"here":true},{"device":"b","seen":5}]}""" + "\n",
            Encoding.UTF8.GetString(bytes));
        Assert.Equal(devices, DevicesReply.Of(JsonDocument.Parse(bytes).RootElement).Devices);
        var cut = new DevicesReply([.. Enumerable.Range(0, 1000).Select(i => new UserDevice($"d{i}", new string('x', 100), "", i))]).ToBytes(Ref, 4096);
        Assert.InRange(cut.Length, 3000, 4096);
        Assert.True(JsonDocument.Parse(cut).RootElement.GetProperty("truncated").GetBoolean());
    }
}
