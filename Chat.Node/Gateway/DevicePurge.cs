using Chat.Node.Storage;

namespace Chat.Node.Gateway;

/// <summary>Forgets devices that were away for long: their resume tokens have expired, and they have no place in the user's list any more.</summary>
sealed class DevicePurge(DeviceStore devices, TimeProvider clock, ILogger<DevicePurge> logger) : PeriodicPurge(clock, logger)
{
    /// <summary>After a device was here last.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromDays(180);

    /// <summary>In one step.</summary>
    public const int Max = 100;

    protected override string What => "old devices";

    protected override Task PurgeAsync(DateTimeOffset now) => devices.PurgeAsync(now - Grace, Max);
}
