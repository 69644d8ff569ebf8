using Akka.Actor;

namespace Chat.Node.Contracts;

/// <summary>
/// What users know of the servers that are not in the cluster: those of the legacy kind, and our own nodes outside it.
/// Implemented by the bridge.
/// </summary>
interface IBridge
{
    /// <summary>Whether there is a bridge at all.</summary>
    bool IsOn { get; }

    /// <summary>
    /// Publishes messages to one user, one after the other, until one is not received by anybody. To who is listed as offline nothing is
    /// published, whoever listens: some servers never stop listening.
    /// </summary>
    /// <param name="userId">The user.</param>
    /// <param name="bodies">Canonical objects.</param>
    /// <returns>How many from the front were received. Never fails.</returns>
    Task<int> PublishAsync(int userId, IReadOnlyList<ReadOnlyMemory<byte>> bodies);

    /// <summary>
    /// How many servers have a user: those that listen, if the user is listed as online, else none; null when nobody can say. Never fails.
    /// </summary>
    Task<long?> CountServersAsync(int userId);

    /// <summary>
    /// Sees to it that a node that is gone does not count as listening: a frozen one keeps its connection. Never fails; done
    /// as well as it can be.
    /// </summary>
    Task DisconnectAsync(long incarnation);

    /// <summary>Who listens for users at a node; null if the node is gone.</summary>
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
