using Akka.Actor;
using Akka.Event;

namespace Chat.Node.Users;

/// <summary>
/// What is stored of one user's presence. One write is under way at a time, of whatever kind: of two at once the older one may land last, and the
/// user would be listed as online without a session.
/// </summary>
sealed class PresenceWriter(UserCore core)
{
    public sealed record PresenceRead(UserStart Start, bool HasFailed) : INoSerializationVerificationNeeded;

    /// <summary>A write of the node has ended. <c>Stored</c>: what is stored now.</summary>
    public sealed record PresenceWritten(long? Stored, Exception? Failure) : INoSerializationVerificationNeeded;

    public sealed record ChannelHidden(bool HasFailed) : INoSerializationVerificationNeeded;

    public sealed record ChannelClaimed(long Node, bool HasFailed) : INoSerializationVerificationNeeded;

    /// <summary>A changed privacy may have met a write of the presence half-way: one more write makes it right.</summary>
    bool _isStale;

    /// <summary>What an earlier life stored could not be read: to queue now could overtake what a session has. The next tick asks again.</summary>
    public bool IsUnread { get; private set; }

    /// <summary>The node of the oldest session as it is stored; null = offline.</summary>
    public long? StoredNode { get; private set; }

    /// <summary>What an earlier life stored.</summary>
    public long? NodeBefore { get; private set; }

    /// <summary>Whether what an earlier life stored is known.</summary>
    public bool IsKnown { get; private set; }

    public bool IsUnderWay { get; private set; }

    public bool IsTrue(long? wanted) => StoredNode == wanted && !_isStale;

    public void MarkStale() => _isStale = true;

    public void Read()
    {
        IsUnread = false;
        core.Services.Loader.LoadAsync(core.UserId)
            .PipeTo(core.Self, success: start => new PresenceRead(start, HasFailed: false), failure: _ => new PresenceRead(default, HasFailed: true));
    }

    public void OnTick()
    {
        if (IsUnread)
            Read();
    }

    /// <summary>False if it could not be read.</summary>
    public bool OnRead(PresenceRead read)
    {
        IsUnread = read.HasFailed;
        if (read.HasFailed)
            return false;
        IsKnown = true;
        NodeBefore = StoredNode = read.Start.Node is { } node && core.Services.Nodes.UnclusteredNodes.Contains(node) ? null : read.Start.Node;
        return true;
    }

    /// <summary>What an earlier life stored is of a node that is in no cluster with this actor.</summary>
    public void Forget() => NodeBefore = StoredNode = null;

    /// <summary>Stores the node of the oldest session.</summary>
    public void Write(long? node)
    {
        _isStale = false;
        Write(WriteAsync(node), stored => new PresenceWritten(stored, null), cause => new PresenceWritten(null, cause));
    }

    /// <summary>Lists the user as offline, so that other servers queue.</summary>
    public void Hide() => Write(
        core.Services.Presence.ShowOfflineAsync(core.UserId), _ => new ChannelHidden(HasFailed: false), _ => new ChannelHidden(HasFailed: true));

    /// <summary>Whatever becomes of this life, the next one knows who may listen.</summary>
    public void Claim(long node) => Write(
        core.Services.Presence.ClaimAsync(core.UserId, node), _ => new ChannelClaimed(node, HasFailed: false), _ => new ChannelClaimed(node, HasFailed: true));

    public void OnWritten(PresenceWritten written)
    {
        IsUnderWay = false;
        if (written.Failure is { } cause)
        {
            _isStale = true;
            core.Log.Warning("presence of user {0} could not be stored, trying again: {1}", core.UserId, cause.Message);
        }
        else
        {
            StoredNode = written.Stored;
        }
    }

    public void OnClaimed(ChannelClaimed claimed)
    {
        IsUnderWay = false;
        if (claimed.HasFailed)
            return;
        StoredNode = claimed.Node;
        _isStale = true; // it is shown when the node listens
    }

    public void OnHidden(ChannelHidden hidden)
    {
        IsUnderWay = false;
        if (!hidden.HasFailed)
            _isStale = true; // should a session come before the node has left
    }

    async Task<long?> WriteAsync(long? node)
    {
        var services = core.Services;
        if (core.HasBridge)
        {
            return node is { } shown
                ? await services.Presence.ShowAsync(core.UserId, shown) ? shown : null
                : await services.Presence.ForgetAsync(core.UserId, services.Nodes.UnclusteredNodes);
        }

        await services.Presence.SetAsync(core.UserId, node);
        return node;
    }

    void Write<T>(Task<T> write, Func<T, object> success, Func<Exception, object> failure)
    {
        IsUnderWay = true;
        write.PipeTo(core.Self, success: success, failure: failure);
    }
}
