using Akka.Streams;
using Chat.Node.Storage;

namespace Chat.Node.Users;

/// <summary>Reads for users that start at the same time together: whether they had sessions, and on which node.</summary>
sealed class UserLoader
{
    const int QueueLength = 64 * 1024;
    const int BatchSize = 1000;

    readonly Presence _presence;
    readonly BatchStream<(int UserId, TaskCompletionSource<long?> Node)> _starts;

    public UserLoader(Presence presence, IMaterializer materializer)
    {
        _presence = presence;
        _starts = new BatchStream<(int UserId, TaskCompletionSource<long?> Node)>(materializer, QueueLength, BatchSize, LoadAsync);
    }

    /// <summary>The incarnation of the node that had the user's sessions, if it had any.</summary>
    /// <exception cref="StorageException">The database does not answer, or too many users are starting.</exception>
    public Task<long?> NodeOfAsync(int userId)
    {
        var node = new TaskCompletionSource<long?>(TaskCreationOptions.RunContinuationsAsynchronously);
        return _starts.TryAdd((userId, node)) ? node.Task : Task.FromException<long?>(new StorageException("too many users are starting"));
    }

    async Task LoadAsync(List<(int UserId, TaskCompletionSource<long?> Node)> starts)
    {
        try
        {
            var nodes = await _presence.NodesOfAsync([.. starts.Select(start => start.UserId).Distinct()]);
            starts.ForEach(start => start.Node.SetResult(nodes.TryGetValue(start.UserId, out var node) ? node : null));
        }
        catch (Exception e)
        {
            starts.ForEach(start => start.Node.TrySetException(e));
        }
    }
}
