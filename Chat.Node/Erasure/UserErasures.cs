using Akka.Actor;
using Chat.Node.Auth;
using Chat.Node.Storage;

namespace Chat.Node.Erasure;

/// <summary>Users who are to be erased, for whoever asks for it.</summary>
/// <param name="store">Who they are.</param>
/// <param name="sessions">They are logged out at once.</param>
/// <param name="logger">For people.</param>
sealed class UserErasures(ErasureStore store, SessionRevocation sessions, ILogger<UserErasures> logger)
{
    /// <summary>From the answer on the user is shut out, and is erased whatever dies. Asking again is harmless.</summary>
    /// <returns>How far it is; null: there is no such user.</returns>
    /// <exception cref="StorageException">The database does not answer: it may have been noted.</exception>
    /// <exception cref="AskTimeoutException">It is noted, and sessions may go on for some seconds.</exception>
    public async Task<ErasureJob?> AskAsync(int userId)
    {
        if (!await store.AskAsync(userId))
            return null;
        ErasureLog.Begun(logger, userId);
        await sessions.EndAllAsync(userId, isBan: true);
        return await store.FindAsync(userId);
    }
}
