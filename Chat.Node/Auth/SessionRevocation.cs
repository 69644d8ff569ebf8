using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Storage;
using Chat.Node.Telemetry;

namespace Chat.Node.Auth;

/// <summary>
/// Logs a user out everywhere. What is stored first makes every resume token and every token (JWT) from before worthless; then the sessions on all
/// nodes are ended (106 with <c>"reason":"revoked","reconnect":false</c>). The same for one device.
/// </summary>
/// <param name="revocations">Stores it.</param>
/// <param name="devices">The same of one device.</param>
/// <param name="users">Whose sessions end.</param>
/// <param name="logger">For the log.</param>
/// <param name="issuing">By this clock tokens (JWT) are judged; null: none are taken.</param>
sealed class SessionRevocation(
    Revocations revocations, DeviceStore devices, Lazy<IActorRef> users, ILogger<SessionRevocation> logger, TimeProvider? issuing = null)
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Completes when no token is good any more and every session is told to end, and the second has passed in which that was. A token (JWT) says by the second when
    /// it was issued: one of this second may be from before, and is refused. Whoever makes one after this has completed makes one that is taken.
    /// To be repeated after a failure: that is harmless.
    /// </summary>
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
        var passed = isBan || issuing is null ? Task.CompletedTask : NextSecondAsync(issuing);
        await users.Value.Ask<SessionsEnded>(new EndSessions(userId, generation), Patience);
        await passed;
        return true;
    }

    /// <summary>Completes in the second after this one; soon in any case, however far the clock is set back meanwhile.</summary>
    static async Task NextSecondAsync(TimeProvider clock)
    {
        var next = ((clock.GetUtcNow().Ticks / TimeSpan.TicksPerSecond) + 1) * TimeSpan.TicksPerSecond;
        for (var i = 0; i < 3 && next - clock.GetUtcNow().Ticks is > 0 and var rest; i++) // a timer may be early by a little
            await Task.Delay(TimeSpan.FromTicks(Math.Clamp(rest, TimeSpan.TicksPerMillisecond, TimeSpan.TicksPerSecond)), clock);
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
