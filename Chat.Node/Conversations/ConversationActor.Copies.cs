using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Conversations;

/// <summary>
/// Copies on their way to their recipients, beside the order of the numbers: the message itself has gone, in its order, to everybody who was
/// here; the copy finds who was not.
/// </summary>
sealed partial class ConversationActor
{
    readonly FanOut _aside = new();
    readonly Dictionary<int, Queue<OpenImport>> _asideOf = [];
    readonly long _asideIncarnation = -Random.Shared.NextInt64(1, long.MaxValue);
    long _asideNumber;

    /// <summary>Nodes outside the cluster whose rows were left to them to bring to everybody.</summary>
    readonly HashSet<long> _trustedNodes = [];

    /// <param name="open">Whose copy.</param>
    /// <param name="message">Of what.</param>
    /// <param name="isBroughtInOrder">Whether this life brings it to everybody who is here, in its order.</param>
    void SendOnSideLane(OpenImport open, AcceptedMessage message, bool isBroughtInOrder)
    {
        open.AsideNumber = ++_asideNumber;
        if (!_asideOf.TryGetValue(open.Import.Recipient, out var waiting))
            _asideOf[open.Import.Recipient] = waiting = new Queue<OpenImport>();
        waiting.Enqueue(open);
        _aside.Add(message, open.AsideNumber, [open.Import.Recipient], hasCopies: true, mayBeKnown: !isBroughtInOrder, CoarseMilliseconds, _due);
        SendDue(throughRegion: false, _asideIncarnation);
        ArmTick();
    }

    void OnAsideConfirmed(DeliveryConfirmed confirmed, IActorRef user)
    {
        if (confirmed.Incarnation != _asideIncarnation)
            return;
        WatchUser(confirmed.UserId, user);
        _aside.Confirm(confirmed.UserId, confirmed.UpTo, CoarseMilliseconds, _due);
        SendDue(throughRegion: false, _asideIncarnation);
        if (!_asideOf.TryGetValue(confirmed.UserId, out var waiting))
            return;
        while (waiting.TryPeek(out var open) && open.AsideNumber <= confirmed.UpTo)
            Settle(waiting.Dequeue());
        if (waiting.Count == 0)
            _asideOf.Remove(confirmed.UserId);
    }

    /// <summary>
    /// Whether a row that was found in the log is ours to bring to everybody: a living node outside the cluster does it for its own.
    /// </summary>
    bool IsOurs(LogRow row)
    {
        if (!_services.Nodes.UnclusteredNodes.Contains(row.Node))
            return true;
        _trustedNodes.Add(row.Node);
        return false;
    }

    /// <summary>A node that was trusted to bring its rows to everybody is gone: a new life looks for what it left.</summary>
    bool HasLostTrusted => _trustedNodes.Any(node => !_services.Nodes.UnclusteredNodes.Contains(node));

    void RememberCopy(LogRow row)
    {
        if (ImportId.IsImport(row.Cmid))
        {
            if (_id.IsGroup)
                _copies.Add(new CopiedMessage(ImportId.DigestOf(row.Cmid), ImportId.OccurrenceOf(row.Cmid), row.Cmid) { Logged = MessageOf(row) });
        }
        else if (_services.Nodes.UnclusteredNodes.Contains(row.Node) && BridgedChat.TryRead(row.Body, _id.IsGroup ? row.Sender : _id.Other(row.Sender), row.Ts, out var chat) is null)
        {
            _copies.Add(new CopiedMessage(Convert.ToHexStringLower(chat!.Digest.Span), 0, row.Cmid) { Logged = MessageOf(row) });
        }
    }

    AcceptedMessage MessageOf(LogRow row) => new(_id, row.Seq, row.Sender, row.Cmid, row.Ts, row.Body, 0);
}
