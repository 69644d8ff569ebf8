using Akka.Actor;
using Chat.Node.Contracts;

namespace Chat.Node.Users;

/// <summary>A session as its user knows it. <c>Slot</c> is its bit in <see cref="PendingDelivery.PushedTo"/>.</summary>
sealed class UserSession(long id, long order, int slot, bool isModern, bool isReattached, byte[]? tokenHash, IActorRef actor, long node)
{
    public long Id => id;

    /// <summary>Lower than that of every session that came later.</summary>
    public long Order => order;

    public int Slot => slot;

    public bool IsModern => isModern;

    /// <summary>It was attached to an earlier life of the user.</summary>
    public bool IsReattached => isReattached;

    public byte[]? TokenHash => tokenHash;

    public IActorRef Actor => actor;

    /// <summary>The incarnation of its node.</summary>
    public long Node { get; set; } = node;

    /// <summary>It still waits for <see cref="Attached"/>.</summary>
    public bool IsAttaching { get; set; } = true;

    public bool SenderHasOtherDevices { get; set; }

    public bool HasToken(byte[]? hash) => hash is not null && tokenHash is not null && tokenHash.AsSpan().SequenceEqual(hash);
}
