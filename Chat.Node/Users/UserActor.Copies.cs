using Chat.Node.Contracts;
using Chat.Protocol;

namespace Chat.Node.Users;

/// <summary>
/// Messages that another server sends to a group: in the order of the conversation to whoever is here; its own copy is nothing new then. Who was not
/// here gets the copy: it comes when the user has come meanwhile.
/// </summary>
sealed partial class UserActor
{
    /// <summary>What passed while there was no session.</summary>
    HashSet<(ConversationId Conversation, long Seq)>? _passed;

    /// <summary>Whether a delivery has found its recipient already, or will: nothing is to be queued or published for it.</summary>
    bool IsElsewhere(ConversationId conversation, PendingDelivery delivery)
    {
        if (!delivery.Message.IsBridged || delivery.IsSideLane || _sessions.Count > 0)
            return false;
        _passed ??= [];
        if (_passed.Count >= MaxHeld)
            _passed.Clear();
        _passed.Add((conversation, delivery.Message.Seq));
        return true;
    }

    bool HasPassed(AcceptedMessage message) =>
        message.Seq == 0 || (_links.TryGetValue((message.Conversation, false), out var link) && link.Last >= message.Seq);

    /// <summary>A copy of what came in its order, when the user was here.</summary>
    bool IsKnownBridged(PendingDelivery delivery) => delivery is { IsSideLane: true, Message: { IsBridged: true, Seq: > 0 } message }
        && HasPassed(message) && _passed?.Contains((message.Conversation, message.Seq)) != true;
}
