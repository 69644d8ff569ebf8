using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Storage;
using Chat.Node.Telemetry;

namespace Chat.Node.Auth;

/// <summary>
/// Logs a user out everywhere. What is stored first makes every resume token and every token (JWT) from before worthless; then the sessions on all
/// nodes are ended (106 with <c>"reason":"revoked","reconnect":false</c>).
/// </summary>
sealed class SessionRevocation(Revocations revocations, Lazy<IActorRef> users, ILogger<SessionRevocation> logger)
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Completes when no token is good any more and every session is told to end. To be repeated after a failure: that is harmless.</summary>
    /// <param name="userId">The user.</param>
    /// <returns>False if there is no such user.</returns>
    /// <exception cref="StorageException">The database does not answer: nothing may have been done.</exception>
    /// <exception cref="AskTimeoutException">The tokens are worthless, but the sessions may go on for now.</exception>
    public async Task<bool> EndAllAsync(int userId)
    {
        if (await revocations.RevokeAsync(userId) is not { } generation)
            return false;
        Log.LoggedOutEverywhere(logger, userId);
        await users.Value.Ask<SessionsEnded>(new EndSessions(userId, generation), Patience);
        return true;
    }
}
