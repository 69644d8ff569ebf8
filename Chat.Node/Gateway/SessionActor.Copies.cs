using Chat.Node.Actors;
using Chat.Node.Contracts;
using Chat.Protocol;

namespace Chat.Node.Gateway;

/// <summary>
/// Pushes of other servers' messages, which come beside the order of the numbers. A modern client gets only what is above its last
/// number, and fetches the rest by the gap; a documented one knows no numbers and gets each that it has not been shown.
/// </summary>
sealed partial class SessionActor
{
    /// <summary>How far the copies of one life of a conversation have been written, and have left.</summary>
    sealed class CopyNumbers(long incarnation)
    {
        public readonly long Incarnation = incarnation;
        public long Written;
        public long Flushed;

        /// <summary>The place in the log of the copy that was written last.</summary>
        public long LastSeq;
    }

    SmallMap<ConversationId, CopyNumbers> _copies;

    bool IsNewCopy(Push push, in Receipt receipt)
    {
        var message = push.Message;
        if (!_copies.TryGetValue(message.Conversation, out var copies) || copies.Incarnation != push.Incarnation)
            _copies[message.Conversation] = copies = new CopyNumbers(push.Incarnation);
        if (push.Number <= copies.Written)
        {
            if (push.Number <= copies.Flushed)
                TellUser(new Pushed(_user!.Id, _sessionId, message.Conversation, push.Incarnation, push.Number));
            return false;
        }

        copies.Written = push.Number;
        if (message.Seq == 0)
            return true;
        var numbers = _pushed.Of(message.Conversation);
        if (!_isModern)
        {
            var isNew = numbers.Shown.TryAdd(message.Seq);
            if (!isNew)
                Send(default, receipt);
            return isNew;
        }

        if (message.Seq > numbers.Written)
        {
            numbers.Written = copies.LastSeq = message.Seq;
            return true;
        }

        copies.Flushed = push.Number; // it has it, or has seen the gap
        TellUser(new Pushed(_user!.Id, _sessionId, message.Conversation, push.Incarnation, push.Number));
        return false;
    }

    void NoteFlushedCopy(in Receipt receipt)
    {
        if (_copies.TryGetValue(receipt.Conversation, out var copies) && copies.Incarnation == receipt.Incarnation)
        {
            copies.Flushed = receipt.Number;
            NotePassed(receipt.Conversation, copies);
        }
    }

    /// <summary>A message in front of a copy that came only now was not written: the client has seen the gap, and its user need not wait.</summary>
    void NotePassed(ConversationId conversation, CopyNumbers copies)
    {
        if (copies.Flushed < copies.Written || copies.LastSeq == 0)
            return;
        var numbers = _pushed.Of(conversation);
        numbers.Flushed = Math.Max(numbers.Flushed, copies.LastSeq);
        TellUser(new Pushed(_user!.Id, _sessionId, conversation, 0, numbers.Flushed));
    }
}
