using System.Net;
using Chat.Node.Retention;
using Chat.Node.Storage;
using Chat.Protocol;
using Chat.Tests.Api;
using Chat.Tests.Support;
using ChatActors.Client;
using Dapper;
using Xunit;

namespace Chat.Tests.Client;

/// <summary>Devices, reports, read marks and what is kept no longer, as the client library has them, at a whole node.</summary>
public sealed class ChatClientDeviceTests : IAsyncLifetime
{
    StartedNode _started = null!;
    int _alice;
    int _bob;

    ApiNode Node => _started.Node;

    ConversationId Pair => ConversationId.Direct(_alice, _bob);

    public async Task InitializeAsync()
    {
        _started = await StartedNode.StartAsync($"--Chat:Api:Keys:0={ApiNode.Key}", "--Chat:Retention:Days=7");
        (_alice, _bob) = (await Node.NewUserAsync(), await Node.NewUserAsync());
    }

    public async Task DisposeAsync() => await _started.DisposeAsync();

    [Fact]
    public async Task Devices_are_listed_renamed_woken_and_logged_out()
    {
        await using var phone = await LogInAsync(_bob, new LoginDevice("phone", "Bob's phone", "android"));
        await using var laptop = await LogInAsync(_bob, new LoginDevice("laptop"));
        await laptop.Client.RenameDeviceAsync("laptop", "At work");
        await laptop.Client.SetDevicePushAsync("phone", new PushTarget("fcm", "a token"));
        var devices = (await laptop.Client.ListDevicesAsync()).OrderBy(device => device.Id).ToList();
        Assert.Equal([("laptop", "At work", true, false), ("phone", "Bob's phone", false, true)], devices.Select(device => (device.Id, device.Name, device.IsHere, device.HasPush)));
        await laptop.Client.SetDevicePushAsync("phone", null);
        Assert.DoesNotContain(await laptop.Client.ListDevicesAsync(), device => device.HasPush);
        await laptop.Client.RevokeDeviceAsync("phone");
        await phone.Events.FirstAsync<LoggedOut>();
        Assert.Equal("laptop", Assert.Single(await laptop.Client.ListDevicesAsync()).Id);
        Assert.Equal(ErrorCode.NotFound, (await Assert.ThrowsAsync<ChatException>(() => laptop.Client.RevokeDeviceAsync("phone"))).Code);
    }

    [Fact]
    public async Task What_is_read_on_one_device_is_an_event_on_another_one_and_a_message_is_reported()
    {
        await using var phone = await LogInAsync(_bob);
        await using var laptop = await LogInAsync(_bob);
        var seq = await PostAsync("look at this");
        await phone.Events.FirstAsync<MessageReceived>();
        await phone.Client.MarkReadAsync(Pair, seq);
        Assert.Equal(new ConversationRead(Pair, seq), await laptop.Events.FirstAsync<ConversationRead>());
        await laptop.Client.ReportAsync(Pair, seq, "spam");
        var report = Assert.Single((await Node.GetAsync("/reports")).Json.GetProperty("reports").EnumerateArray());
        Assert.Equal((seq, "spam", _bob), (report.GetProperty("seq").GetInt64(), report.GetProperty("reason").GetString(), report.GetProperty("reporter").GetInt32()));
        Assert.Equal(ErrorCode.NotFound, (await Assert.ThrowsAsync<ChatException>(() => laptop.Client.ReportAsync(Pair, seq + 1, "spam"))).Code);
    }

    [Fact]
    public async Task A_client_that_was_away_goes_on_behind_what_is_gone()
    {
        ChatClientState? state;
        await using (var before = await LogInAsync(_bob))
        {
            await PostAsync("one");
            await before.Events.FirstAsync<MessageReceived>();
            state = before.Client.GetState();
        }

        await PostAsync("two");
        var gone = await PostAsync("three");
        await Node.Service<IChatDatabase>().WriteAsync((connection, transaction) => connection.ExecuteAsync(
            "UPDATE MessageLog SET ts = ts - 10 * 86400000 WHERE seq <= @gone", new { gone }, transaction));
        var last = await PostAsync("four");
        await Eventually.TrueAsync(() => Node.Service<NodeLease>().IsHeld);
        await Node.Service<RetentionSweeper>().SweepAsync(() => ValueTask.FromResult(true));
        await using var after = await LogInAsync(_bob, state: state);
        Assert.Equal(last, (await after.Events.FirstAsync<MessageReceived>()).Message.Seq);
        Assert.Equal(new MessagesMissing(Pair, gone - 1, gone), await after.Events.FirstAsync<MessagesMissing>());
    }

    async Task<long> PostAsync(string text)
    {
        var sent = await Node.PostAsync("/messages", new { from = _alice, to = _bob, msg = text });
        Assert.Equal(HttpStatusCode.OK, sent.Status);
        return sent.Int("seq");
    }

    async Task<TestClient> LogInAsync(int user, LoginDevice? device = null, ChatClientState? state = null)
    {
        var token = (await Node.PostAsync($"/users/{user}/tokens", new { })).Text("token");
        return await TestClient.LogInWithTokenAsync(new ChatClientOptions { Endpoints = [new ChatEndpoint("127.0.0.1", Node.ChatPort)], Device = device, State = state }, token);
    }
}
