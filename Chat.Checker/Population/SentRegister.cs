using Chat.Checker.Checking;
using Chat.Protocol;

namespace Chat.Checker.Population;

/// <summary>Numbers all messages of a run in the order in which they are made; used by all clients at once.</summary>
sealed class SentRegister
{
    readonly object _gate = new();
    readonly List<MadeMessage> _sent = [];

    public int Count
    {
        get
        {
            lock (_gate)
                return _sent.Count;
        }
    }

    public int Add(ConversationId conversation, int sender, int device)
    {
        lock (_gate)
        {
            _sent.Add(new MadeMessage(_sent.Count, conversation, sender, device));
            return _sent.Count - 1;
        }
    }

    /// <summary>Null for a number that was never given.</summary>
    public MadeMessage? Find(long number)
    {
        lock (_gate)
            return number >= 0 && number < _sent.Count ? _sent[(int)number] : null;
    }

    public List<MadeMessage> All()
    {
        lock (_gate)
            return [.. _sent];
    }
}
