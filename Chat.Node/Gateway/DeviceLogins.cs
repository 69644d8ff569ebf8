using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Gateway;

/// <summary>The device that a login stands on, if its client names one, or why it may not.</summary>
sealed record DeviceLogin(ErrorCode Error, string Reason)
{
    public static readonly DeviceLogin None = new(ErrorCode.None, "");

    public DeviceRegistration? Registration { get; init; }
}

/// <summary>Devices as logins name them.</summary>
/// <param name="devices">Where they are kept.</param>
/// <param name="limits">How many devices a user may have.</param>
sealed class DeviceLogins(DeviceStore devices, ChatLimits limits)
{
    /// <summary>Of a login that gets a new resume token.</summary>
    /// <exception cref="StorageException">The database does not answer.</exception>
    public async Task<DeviceLogin> OfNewTokenAsync(int userId, LoginDevice? named)
    {
        if (named is null)
            return DeviceLogin.None;
        var max = limits.Devices;
        return await devices.RegisterAsync(userId, named, max) is { } registration
            ? new DeviceLogin(ErrorCode.None, "") { Registration = registration }
            : new DeviceLogin(ErrorCode.Full, $"you are logged in on {max} devices, as many as one may have: log in without \"device\", and log one of them out");
    }

    /// <summary>Of a login with a resume token: it belongs to the device with which it was used first.</summary>
    /// <exception cref="StorageException">The database does not answer.</exception>
    public async Task<DeviceLogin> OfTokenAsync(int userId, byte[] hash, DeviceRegistration? known, LoginDevice? named)
    {
        if (known is not null)
        {
            return named is null || named.Id == known.Device
                ? new DeviceLogin(ErrorCode.None, "") { Registration = known }
                : new DeviceLogin(ErrorCode.Malformed, $"\"device.id\" {named.Id} does not agree with \"token\", which is of device {known.Device}: leave one of them out");
        }

        var login = await OfNewTokenAsync(userId, named);
        if (login.Registration is { } registration)
            await devices.TakeTokenAsync(hash, registration);
        return login;
    }
}
