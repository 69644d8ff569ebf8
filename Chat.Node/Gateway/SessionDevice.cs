using Akka.Actor;
using Chat.Node.Actors;
using Chat.Node.Contracts;
using Chat.Node.Storage;

namespace Chat.Node.Gateway;

/// <summary>Whether a session's device is still one of its user; null: the database did not say.</summary>
sealed record DeviceChecked(long Registration, bool? IsGood) : INoSerializationVerificationNeeded;

/// <summary>It is time to ask again.</summary>
sealed record CheckDeviceAgain(long Registration) : INoSerializationVerificationNeeded;

/// <summary>
/// The device that a session runs on. After each attachment it looks whether the device was logged out meanwhile: what is stored before is found then,
/// and of what is stored later the user's actor tells.
/// </summary>
sealed class SessionDevice(SessionCore core, int userId, DeviceRegistration device)
{
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    OneShotTimer _again;
    long _seenAt = core.Now;

    public string Id => device.Device;

    public long Registration => device.Registration;

    public void Check()
    {
        var registration = device.Registration;
        core.Services.Devices!.IsGoodAsync(userId, device).PipeTo(core.Context.Self, success: isGood => new DeviceChecked(registration, isGood));
    }

    /// <summary>The client gives a sign of life; it is noted now and then.</summary>
    public void OnSign()
    {
        if (core.Now - _seenAt < DeviceStore.SeenMilliseconds)
            return;
        See();
        Check(); // should nobody have been able to tell it
    }

    public void See()
    {
        _seenAt = core.Now;
        core.Services.Devices!.See(userId, device.Device);
    }

    public void Stop() => _again.Cancel();

    /// <summary>Whether the session is over.</summary>
    public static bool IsOver(SessionCore core, Attachment attachment, object message)
    {
        switch (message)
        {
            case EndDeviceSession end:
                return attachment.OnEndDevice(end);
            case CheckDeviceAgain again when core.Device is { } device && device.Registration == again.Registration:
                device._again.Cancel();
                device.Check();
                return false;
            case DeviceChecked check when core.Device is { } device && device.Registration == check.Registration && core.Life == SessionLife.Open:
                if (check.IsGood is null)
                    device._again.Set(core.Context, Pause, new CheckDeviceAgain(check.Registration));
                return check.IsGood == false;
            default:
                return false;
        }
    }
}
