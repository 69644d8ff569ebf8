using System.Collections.Concurrent;
using Chat.Protocol;

namespace Chat.Node.Delivery;

/// <summary>
/// Knows the oldest message that this node has logged (or is about to log) and not yet brought to all its receivers.
/// Each conversation writes its own slot. The heartbeat and the reporter read all of them.
/// </summary>
sealed class FanOutWatermarks
{
    /// <summary>A conversation's entry; written by its actor alone.</summary>
    public sealed class Slot(ConversationId conversation)
    {
        long _oldestTs = long.MaxValue;

        public ConversationId Conversation => conversation;

        /// <summary>Server time of the oldest unfinished message; <see cref="long.MaxValue"/> when there is none.</summary>
        public long OldestTs
        {
            get => Volatile.Read(ref _oldestTs);
            set => Volatile.Write(ref _oldestTs, value);
        }

        /// <summary>The conversation's actor has moved away before everything was confirmed. Somebody has to wake the successor.</summary>
        public bool IsAbandoned { get; set; }
    }

    readonly ConcurrentDictionary<ConversationId, Slot> _slots = new();
    readonly Lock _moving = new();

    /// <summary>The slot of a conversation that starts; not empty if an earlier life on this node left something.</summary>
    public Slot Open(ConversationId conversation)
    {
        lock (_moving)
        {
            var slot = _slots.GetOrAdd(conversation, id => new Slot(id));
            slot.IsAbandoned = false; // this life finishes it
            return slot;
        }
    }

    /// <summary>Everything is confirmed.</summary>
    public void Close(ConversationId conversation) => _slots.TryRemove(conversation, out _);

    /// <summary>The successor, on another node, has brought everything to its receivers.</summary>
    public void CloseAbandoned(ConversationId conversation)
    {
        lock (_moving)
        {
            if (_slots.TryGetValue(conversation, out var slot) && slot.IsAbandoned)
                _slots.TryRemove(conversation, out _);
        }
    }

    public long OldestTs() => _slots.IsEmpty ? long.MaxValue : _slots.Values.Min(slot => slot.OldestTs);

    /// <summary>Conversations with messages that not everybody has.</summary>
    public int Unfinished => _slots.Values.Count(slot => slot.OldestTs != long.MaxValue);

    public IEnumerable<ConversationId> Abandoned() => _slots.Values.Where(slot => slot.IsAbandoned).Select(slot => slot.Conversation);
}
