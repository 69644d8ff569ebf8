using Akka.Streams;
using Chat.Node.Storage;

namespace Chat.Node.Users;

/// <summary>Reads for users that start at the same time together: whether they had sessions, and on which node.</summary>
sealed class UserLoader(Presence presence, IMaterializer materializer)
{
    const int QueueLength = 64 * 1024;
    const int BatchSize = 1000;

    readonly BatchLoader<int, long?> _starts = new(materializer, QueueLength, BatchSize, "too many users are starting", async users =>
    {
        var nodes = await presence.NodesOfAsync([.. users.Distinct()]);
        return [.. users.Select(user => nodes.TryGetValue(user, out var node) ? node : (long?)null)];
    });

    /// <summary>The incarnation of the node that had the user's sessions, if it had any.</summary>
    /// <exception cref="StorageException">The database does not answer, or too many users are starting.</exception>
    public Task<long?> NodeOfAsync(int userId) => _starts.LoadAsync(userId);
}
