using Chat.Node.Contracts;

namespace Chat.Node.Users;

/// <summary>
/// Beside other servers a login is answered when the user is listed as online and listened for, as at a legacy server: what others
/// queued until then is in the queue, and what they publish from then on comes behind it.
/// </summary>
sealed partial class UserActor
{
    /// <summary>Looked at once a second: a login waits for twice as long at most.</summary>
    const long MaxListingMilliseconds = 1000;

    /// <summary>The node that listens is to keep what comes until what was queued has its numbers.</summary>
    bool _pausesChannel;

    bool IsListed => _isPresenceKnown && !_isPresenceUnderWay && IsChannelSettled && IsPresenceTrue;

    /// <summary>A first session has come.</summary>
    void Welcome(Attach attach)
    {
        if (_services.Others.IsOn && !attach.IsReattach && !IsListed)
        {
            _drain.StartListing(CoarseMilliseconds);
            ReleaseHeld(); // into the queue
        }
        else
        {
            StartDrain();
        }

        ReleaseHeldAttaches();
    }

    void EndListing()
    {
        if (_drain.Phase == DeliveryPhase.Listing && IsListed)
            StartDrain();
    }

    /// <summary>Redis, the database or another node does not answer: the login does without.</summary>
    void EndOverdueListing()
    {
        if (_drain.IsListingOverdue(CoarseMilliseconds, MaxListingMilliseconds))
            StartDrain();
    }

    /// <summary>What was queued has its numbers: what is published may follow.</summary>
    void ResumeChannel()
    {
        if (!_pausesChannel || _channel.Held is not { } node)
            return;
        _pausesChannel = false;
        _services.Others.KeeperOf(node)?.Tell(new OpenChannel(_userId, []), Self);
    }
}
