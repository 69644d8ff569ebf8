using Akka.Actor;

namespace Chat.Node.Users;

/// <summary>A session as its user knows it. <c>Slot</c> is its bit in <see cref="PendingDelivery.PushedTo"/>.</summary>
sealed class UserSession(long id, int slot, bool isModern, byte[]? tokenHash, IActorRef actor)
{
    public long Id => id;

    public int Slot => slot;

    public bool IsModern => isModern;

    public byte[]? TokenHash => tokenHash;

    public IActorRef Actor => actor;

    /// <summary>It still waits for <see cref="Attached"/>.</summary>
    public bool IsAttaching { get; set; } = true;

    public bool HasSiblings { get; set; }

    public bool HasToken(byte[]? hash) => hash is not null && tokenHash is not null && tokenHash.AsSpan().SequenceEqual(hash);
}
