using Akka.Actor;

namespace Chat.Node.Contracts;

/// <summary>
/// The port through which users reach the unclustered nodes: legacy servers, and our own nodes outside the cluster.
/// The bridge implements it.
/// </summary>
interface IBridge
{
    /// <summary>Whether there is a bridge at all.</summary>
    bool IsOn { get; }

    /// <summary>
    /// Publishes messages to one user, one after the other, until nobody receives one. It publishes nothing to a user who is listed as
    /// offline, because some servers never stop listening.
    /// </summary>
    /// <param name="userId">The user.</param>
    /// <param name="bodies">Canonical objects.</param>
    /// <returns>How many from the front were received. Never fails.</returns>
    Task<int> PublishAsync(int userId, IReadOnlyList<ReadOnlyMemory<byte>> bodies);

    /// <summary>
    /// How many servers have a user. If the user is listed as online, these are the servers that listen, else none. Null when nobody can say. Never fails.
    /// </summary>
    Task<long?> CountServersAsync(int userId);

    /// <summary>
    /// Ends the listening of a node that is gone, because a frozen node keeps its connection. Does so as well as it can, and
    /// never fails.
    /// </summary>
    Task DisconnectAsync(long incarnation);

    /// <summary>The actor that listens for users at a node; null if the node is gone.</summary>
    ICanTell? KeeperOf(long incarnation);
}

/// <summary>There are no other servers.</summary>
sealed class NoBridge : IBridge
{
    public static readonly NoBridge Instance = new();

    public bool IsOn => false;

    public Task<int> PublishAsync(int userId, IReadOnlyList<ReadOnlyMemory<byte>> bodies) => Task.FromResult(0);

    public Task<long?> CountServersAsync(int userId) => Task.FromResult<long?>(0);

    public Task DisconnectAsync(long incarnation) => Task.CompletedTask;

    public ICanTell? KeeperOf(long incarnation) => null;
}
