using System.Collections.Concurrent;
using Chat.Node.Storage;
using Chat.Node.Telemetry;

namespace Chat.Node.Gateway;

/// <summary>
/// Looks for sessions whether their devices are good, and notes when these were here: together, now and then, so that a million of devices are no
/// million of writes. What does not fit is not noted: it is a time for people.
/// </summary>
sealed class DeviceSightings(DeviceStore devices, TimeProvider clock, ILogger<DeviceSightings> logger) : BackgroundService
{
    /// <summary>So many devices wait to be noted, on one node.</summary>
    public const int MaxWaiting = 20_000;

    /// <summary>So many are noted in one transaction.</summary>
    const int AtOnce = 200;

    static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    readonly ConcurrentDictionary<(int UserId, string Device), long> _seen = new();

    /// <summary>Null: the database does not say.</summary>
    public async Task<bool?> IsGoodAsync(int userId, DeviceRegistration device)
    {
        try
        {
            return (await devices.FindAsync(userId, device.Device))?.Registration == device.Registration;
        }
        catch (Exception e) // also what nobody foresaw: the session asks again
        {
            Log.RequestFailed(logger, "check a device", e);
            return null;
        }
    }

    /// <summary>Devices that wait to be noted.</summary>
    public int Waiting => _seen.Count;

    public void See(int userId, string device)
    {
        if (_seen.Count < MaxWaiting)
            _seen[(userId, device)] = clock.GetUtcNow().ToUnixTimeMilliseconds();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await StoreAsync();
        }
        catch (OperationCanceledException)
        {
            // the host is stopping
        }
    }

    async Task StoreAsync()
    {
        foreach (var some in _seen.Chunk(AtOnce))
        {
            try
            {
                await devices.SeeAsync([.. some.Select(each => (each.Key.UserId, each.Key.Device, each.Value))]);
            }
            catch (StorageException e)
            {
                Log.RequestFailed(logger, "note devices", e);
                return; // the next round does it
            }

            foreach (var each in some)
                _seen.TryRemove(each);
        }
    }
}
