using Akka.Actor;
using Chat.Node.Auth;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Gateway;

/// <summary>The devices of the user who asks.</summary>
/// <param name="devices">Where they are kept.</param>
/// <param name="sessions">Ends those of a device.</param>
/// <param name="maxFrameBytes">The largest answer.</param>
sealed class DeviceRequests(DeviceStore devices, SessionRevocation sessions, int maxFrameBytes)
{
    public async Task<Reply> ListAsync(ListDevicesRequest request, Asker asker)
    {
        var own = await devices.ListAsync(asker.UserId);
        return Reply.Ok(new DevicesReply(
        [
            .. own.Select(device => new UserDevice(device.Device, device.Name, device.Platform, device.Seen)
            {
                IsHere = device.Device == asker.Device,
                HasPush = device is { Token: not null, Failed: null },
            }),
        ]).ToBytes(request.Ref, maxFrameBytes));
    }

    /// <exception cref="AskTimeoutException">It is stored, and the sessions of the device may go on for now: to be repeated, which does no harm.</exception>
    public async Task<Reply> ChangeAsync(ChangeDeviceRequest request, int userId, TimeSpan patience)
    {
        var isDone = request.Revokes ? await sessions.EndDeviceAsync(userId, request.Device, patience) : await devices.ChangeAsync(userId, request);
        return isDone ? Reply.Ok(ModernFrames.Success(request.Ref)) : Reply.Fail(ErrorCode.NotFound, $"you have no device {request.Device}");
    }
}
