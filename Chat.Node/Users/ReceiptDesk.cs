using Chat.Node.Links;
using Chat.Node.Storage;
using Chat.Node.Telemetry;
using Chat.Protocol;

namespace Chat.Node.Users;

/// <summary>
/// Tells the other user of a conversation how far this one is, when that is stored. Made with the first such mark. What is lost here is lost: the other user's
/// client may ask.
/// </summary>
sealed class ReceiptDesk(int userId, NoticeBoard board, TimeProvider clock)
{
    readonly ReceiptPushes _pushes = new();

    /// <summary>There is nothing to look after.</summary>
    public bool IsEmpty => _pushes.IsEmpty;

    public void OnStored(ConversationId conversation, ReceiptMark mark)
    {
        if (_pushes.Add(conversation, mark, clock.CoarseMilliseconds()))
            Tell(conversation, mark);
    }

    public void OnTick()
    {
        foreach (var (conversation, mark) in _pushes.TakeDue(clock.CoarseMilliseconds()))
            Tell(conversation, mark);
    }

    /// <summary>This life ends.</summary>
    public void TellAll()
    {
        foreach (var (conversation, mark) in _pushes.TakeAll())
            Tell(conversation, mark);
    }

    void Tell(ConversationId conversation, ReceiptMark mark) => board.TellUser(
        conversation.Other(userId), new ReceiptPush(conversation, userId, mark.Received, mark.Read).ToBytes());
}
