using Chat.Node.Storage;
using Chat.Protocol;
using Xunit;

namespace Chat.SystemTests.Storage;

/// <summary>The part of <see cref="EveryStatement"/> about devices and reports.</summary>
static class DeviceStatements
{
    public static async Task RunAsync(IChatDatabase database, TimeProvider clock)
    {
        var devices = new DeviceStore(database, clock);
        var registered = (await devices.RegisterAsync(20, new LoginDevice("here", "My phone", "ios"), 100))!;
        Assert.Equal(registered, await devices.RegisterAsync(20, new LoginDevice("here", "My phone", "android"), 100));
        await devices.TakeTokenAsync([1, 2, 3], registered);
        Assert.True(await devices.ChangeAsync(20, new ChangeDeviceRequest("here") { Name = "Another", Push = new PushTarget("fcm", "t") }));
        Assert.Equal("Another", (await devices.FindAsync(20, "here"))!.Name);
        Assert.NotEmpty(await devices.ListAsync(20));
        Assert.Contains((await devices.WakeableAsync([.. Enumerable.Range(1, 100)]))[20], device => device.Token == "t");
        Assert.True(await devices.FailAsync(new PushTarget("fcm", "t")));
        await devices.SeeAsync([(20, "here", clock.GetUtcNow().ToUnixTimeMilliseconds() + DeviceStore.SeenMilliseconds)]);
        Assert.Equal(1, await devices.PurgeAsync(DateTimeOffset.FromUnixTimeMilliseconds(ManyRows.Then + 2), 1));
        Assert.Equal(registered.Registration, await devices.RevokeAsync(20, "here"));
        var other = await devices.RegisterAsync(20, new LoginDevice("there"), 100);
        var accounts = new Accounts(database);
        await accounts.SaveTokenAsync([7, 7], new Account { Id = 20 }, clock.GetUtcNow(), device: other);
        await accounts.RevokeTokenAsync([7, 7]);
        Assert.Null(await devices.FindAsync(20, "there"));

        var reports = new ReportStore(database, clock, new WebhookOutbox(database, clock));
        var message = new LogRow(ConversationId.Group(30), 1, 3, "c", 1, """{"msg":"hi"}"""u8.ToArray());
        Assert.Equal(ReportOutcome.Stored, await reports.AddAsync(new ReportRequest(ConversationId.Group(30), 1, "why"), 20, message));
        Assert.NotEmpty(await reports.OpenAsync(0, 10));
        Assert.Equal(2, (await reports.ReadAsync([1, 2])).Count);
        Assert.True(await reports.CloseAsync(Assert.Single(await reports.OpenAsync(0, 1)).Id));
    }
}
