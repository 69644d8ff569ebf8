using Akka.Streams;
using Chat.Node.Storage;

namespace Chat.Node.Users;

/// <summary>What a user's actor begins with.</summary>
/// <param name="Node">The incarnation of the node that had the user's sessions, if it had any.</param>
/// <param name="Generation">How often the user was logged out everywhere.</param>
readonly record struct UserStart(long? Node, int Generation);

/// <summary>Reads for users that start at the same time together.</summary>
sealed class UserLoader(Presence presence, Revocations revocations, IMaterializer materializer)
{
    public const int QueueLength = 64 * 1024;
    const int BatchSize = 1000;

    readonly BatchLoader<int, UserStart> _starts = new(materializer, QueueLength, BatchSize, "too many users are starting", async users =>
    {
        var ids = users.Distinct().ToList();
        var nodes = await presence.NodesOfAsync(ids);
        var generations = await revocations.GenerationsOfAsync(ids);
        return [.. users.Select(user => new UserStart(nodes.TryGetValue(user, out var node) ? node : null, generations.GetValueOrDefault(user)))];
    });

    /// <inheritdoc cref="BatchStream{T}.Waiting" />
    public int Waiting => _starts.Waiting;

    /// <exception cref="StorageException">The database does not answer, or too many users are starting.</exception>
    public Task<UserStart> LoadAsync(int userId) => _starts.LoadAsync(userId);
}
