using Chat.Node.Actors;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Users;

/// <summary>When others are told how far the user is: of each conversation the first at once, and what follows within a second as one. Pure.</summary>
sealed class ReceiptPushes
{
    public const long IntervalMilliseconds = 1000;

    /// <summary>A client that reconnects may mark all its conversations at once.</summary>
    const int MaxConversations = 4096;

    sealed class Told
    {
        public long At;
        public ReceiptMark Mark;
        public bool IsWaiting;
    }

    SmallMap<ConversationId, Told> _told;

    /// <summary>Nothing waits, and nothing was told within the last second.</summary>
    public bool IsEmpty => _told.Count == 0;

    /// <summary>The user is so far. True if that is to be told now; with too many conversations it is not told at all, others can ask.</summary>
    /// <param name="conversation">Where.</param>
    /// <param name="mark">How far; what it is lower in than an earlier one has come late.</param>
    /// <param name="now">Milliseconds of a steady clock.</param>
    public bool Add(ConversationId conversation, ReceiptMark mark, long now)
    {
        if (_told.TryGetValue(conversation, out var told))
        {
            var higher = new ReceiptMark(Math.Max(told.Mark.Received, mark.Received), Math.Max(told.Mark.Read, mark.Read));
            if (higher == told.Mark)
                return false;
            told.Mark = higher;
            told.IsWaiting = now - told.At < IntervalMilliseconds;
            if (told.IsWaiting)
                return false;
            told.At = now;
            return true;
        }

        if (_told.Count >= MaxConversations)
            return false;
        _told[conversation] = new Told { At = now, Mark = mark };
        return true;
    }

    /// <summary>What has waited long enough; what was told long enough ago is forgotten.</summary>
    public List<(ConversationId Conversation, ReceiptMark Mark)> TakeDue(long now)
    {
        var due = new List<(ConversationId, ReceiptMark)>();
        var over = new List<ConversationId>();
        foreach (var (conversation, told) in _told)
        {
            if (now - told.At < IntervalMilliseconds)
                continue;
            if (!told.IsWaiting)
            {
                over.Add(conversation);
                continue;
            }

            due.Add((conversation, told.Mark));
            (told.At, told.IsWaiting) = (now, false);
        }

        foreach (var conversation in over)
            _told.Remove(conversation);
        return due;
    }

    /// <summary>All that waits, at the end.</summary>
    public List<(ConversationId Conversation, ReceiptMark Mark)> TakeAll()
    {
        var waiting = new List<(ConversationId, ReceiptMark)>();
        foreach (var (conversation, told) in _told)
        {
            if (told.IsWaiting)
                waiting.Add((conversation, told.Mark));
        }

        _told.Clear();
        return waiting;
    }
}
