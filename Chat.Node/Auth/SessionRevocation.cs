using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Storage;
using Chat.Node.Telemetry;

namespace Chat.Node.Auth;

/// <summary>
/// Logs a user out everywhere. What is stored first makes every resume token and every token (JWT) from before worthless; then the sessions on all
/// nodes are ended (106 with <c>"reason":"revoked","reconnect":false</c>). The same for one device.
/// </summary>
sealed class SessionRevocation(Revocations revocations, DeviceStore devices, Lazy<IActorRef> users, ILogger<SessionRevocation> logger)
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Completes when no token is good any more and every session is told to end. To be repeated after a failure: that is harmless.</summary>
    /// <param name="userId">The user.</param>
    /// <param name="isBan">The user is shut out, and is told so (<c>banned</c>).</param>
    /// <returns>False if there is no such user.</returns>
    /// <exception cref="StorageException">The database does not answer: nothing may have been done.</exception>
    /// <exception cref="AskTimeoutException">The tokens are worthless, but the sessions may go on for now.</exception>
    public async Task<bool> EndAllAsync(int userId, bool isBan = false)
    {
        if (await revocations.RevokeAsync(userId) is not { } generation)
            return false;
        Log.LoggedOutEverywhere(logger, userId);
        if (isBan)
            users.Value.Tell(new BanSessions(userId, generation));
        await users.Value.Ask<SessionsEnded>(new EndSessions(userId, generation), Patience);
        return true;
    }

    /// <summary>The same for what stands on one device of the user. A repetition finds no device any more.</summary>
    /// <param name="userId">The user.</param>
    /// <param name="device">Its id.</param>
    /// <param name="patience">How long the sessions are waited for; null: some seconds.</param>
    /// <returns>False if the user has no such device.</returns>
    /// <inheritdoc cref="EndAllAsync" />
    public async Task<bool> EndDeviceAsync(int userId, string device, TimeSpan? patience = null)
    {
        if (await devices.RevokeAsync(userId, device) is not { } registration)
            return false;
        Log.DeviceLoggedOut(logger, userId);
        await users.Value.Ask<SessionsEnded>(new EndDevice(userId, registration), patience ?? Patience);
        return true;
    }
}
