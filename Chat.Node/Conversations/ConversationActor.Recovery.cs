using Akka.Actor;
using Akka.Cluster.Sharding;
using Chat.Node.Contracts;
using Chat.Node.Storage;

namespace Chat.Node.Conversations;

/// <summary>What the log holds and this life does not know of, and what this life leaves to the next.</summary>
sealed partial class ConversationActor
{
    /// <summary>Rows that turned up in the log: other servers may send copies of them.</summary>
    void RememberCopies(IReadOnlyList<LogRow> rows)
    {
        foreach (var row in rows)
        {
            if (BridgeImports.CopyOf(row, _services.Nodes) is { } copy)
                Imports.Remember(copy);
        }
    }

    /// <summary>
    /// A row was not written, or nobody knows: the log is read, and this life goes on from there. Until then everything is refused.
    /// </summary>
    void Recover()
    {
        ArmTick();
        _follower.Recover();
    }

    void OnRowsFound(RowsFound found)
    {
        _follower.OnRowsFound(found, _log);
        RememberCopies(found.Rows);
        ArmTick();
    }

    void OnLookedBehind(LookedBehind looked)
    {
        RememberCopies(_follower.OnLookedBehind(looked));
        ArmTick();
    }

    void OnResumeFanOut(IActorRef sweeper)
    {
        if (_follower.HasLostTrusted)
        {
            Context.Parent.Tell(new Passivate(StopConversation.Instance)); // the next life starts in front of what it left
            return;
        }

        _follower.OnResumeFanOut(sweeper);
        ArmTick();
    }

    /// <summary>No new posts; rows on their way are answered first. Unconfirmed deliveries are left to the next life.</summary>
    void Stop()
    {
        _isStopping = true;
        if (!_state.IsEmpty)
            return;
        Context.Stop(Self);
    }

    /// <summary>Also when a hand-off took too long, or this actor failed: what is open is somebody else's now.</summary>
    protected override void PostStop()
    {
        _ticker.Clear();
        _writer.Stop(isFinished: _isStarted && _state.IsEmpty && _deliveries.IsIdle && !_follower.IsRecovering);
    }
}
