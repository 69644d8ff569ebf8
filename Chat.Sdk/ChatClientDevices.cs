using Chat.Protocol;

namespace ChatActors.Client;

/// <summary>Where the user is logged in, and messages that somebody is to look at. Older servers refuse it with <see cref="ErrorCode.UnknownRequest"/>.</summary>
public static class ChatClientDevices
{
    /// <summary>The devices on which the user is logged in, the one that was here last first. This one is among them if <see cref="ChatClientOptions.Device"/> names it.</summary>
    public static async Task<IReadOnlyList<UserDevice>> ListDevicesAsync(this ChatClient client, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        return (await client.RequestAsync(new ListDevicesRequest(), DevicesReply.Of, cancellationToken)).Devices;
    }

    /// <summary>Calls a device of the user otherwise; an empty name removes its name.</summary>
    /// <exception cref="ChatException"><see cref="ErrorCode.NotFound"/>: the user has no such device.</exception>
    public static Task RenameDeviceAsync(this ChatClient client, string device, string name, CancellationToken cancellationToken = default) =>
        ChangeAsync(client, new ChangeDeviceRequest(device) { Name = name }, cancellationToken);

    /// <summary>Says how a device of the user is woken when there is something new; null: not at all.</summary>
    /// <inheritdoc cref="RenameDeviceAsync" path="/exception" />
    public static Task SetDevicePushAsync(this ChatClient client, string device, PushTarget? push, CancellationToken cancellationToken = default) =>
        ChangeAsync(client, new ChangeDeviceRequest(device) { Push = push, ForgetsPush = push is null }, cancellationToken);

    /// <summary>
    /// Logs a device of the user out, wherever it is connected; its resume tokens are worth nothing from then on. It may be this one: then the login is over
    /// (<see cref="LoggedOut"/>).
    /// </summary>
    /// <exception cref="ChatException"><see cref="ErrorCode.NotFound"/>: the user has no such device (any more).</exception>
    public static Task RevokeDeviceAsync(this ChatClient client, string device, CancellationToken cancellationToken = default) =>
        ChangeAsync(client, new ChangeDeviceRequest(device) { Revokes = true }, cancellationToken);

    /// <summary>Somebody is to look at a message. More than once is a success and changes nothing.</summary>
    /// <exception cref="ChatException">
    /// <see cref="ErrorCode.NotFound"/>: the user sees no such message. <see cref="ErrorCode.Malformed"/>: it is the user's own. <see cref="ErrorCode.Forbidden"/>: it was
    /// recalled. <see cref="ErrorCode.TooFast"/>.
    /// </exception>
    public static Task ReportAsync(this ChatClient client, ConversationId conversation, long seq, string reason, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        return client.RequestAsync(new ReportRequest(conversation, seq, reason), _ => true, cancellationToken);
    }

    static Task<bool> ChangeAsync(ChatClient client, ChangeDeviceRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        return client.RequestAsync(request, _ => true, cancellationToken);
    }
}
