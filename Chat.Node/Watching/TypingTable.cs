using Chat.Protocol;

namespace Chat.Node.Watching;

/// <summary>Who types where. It is over by itself, and nobody is told of that. Pure; times are milliseconds of a steady clock.</summary>
sealed class TypingTable
{
    /// <summary>Without another word it is over then.</summary>
    public const long LastsMilliseconds = 6000;

    /// <summary>People who are shown as typing in one conversation.</summary>
    public const int MaxShown = 10;

    /// <summary>Conversations of which it is known.</summary>
    public const int MaxConversations = 10_000;

    /// <summary>Longer than anybody remembers who is in a group.</summary>
    public const long LeftMilliseconds = 4000;

    /// <summary>Those who have left conversations lately; with one more all are forgotten.</summary>
    public const int MaxLeft = 10_000;

    readonly Dictionary<ConversationId, List<(int UserId, long Until)>> _typing = [];
    readonly Dictionary<(ConversationId Conversation, int UserId), long> _left = [];
    long _sweptAt;

    /// <summary>In which somebody types.</summary>
    public int Conversations => _typing.Count;

    /// <summary>Whether it is to be told.</summary>
    public bool Set(ConversationId conversation, int userId, bool isOn, long now)
    {
        Sweep(now);
        if (isOn && HasLeft(conversation, userId, now))
            return false;
        if (!_typing.TryGetValue(conversation, out var typing))
        {
            if (!isOn || _typing.Count >= MaxConversations)
                return false;
            _typing[conversation] = typing = [];
        }

        typing.RemoveAll(other => other.Until <= now && other.UserId != userId);
        var at = typing.FindIndex(other => other.UserId == userId);
        if (at >= 0)
            typing.RemoveAt(at);
        if (isOn && typing.Count < MaxShown)
        {
            typing.Add((userId, now + LastsMilliseconds));
            return true;
        }

        if (typing.Count == 0)
            _typing.Remove(conversation);
        return !isOn && at >= 0;
    }

    /// <summary>Somebody is in a conversation no more: for a moment others may still take it for a member.</summary>
    public void Leave(ConversationId conversation, int userId, long now)
    {
        if (_left.Count >= MaxLeft)
            _left.Clear();
        _left[(conversation, userId)] = now + LeftMilliseconds;
    }

    /// <summary>Whether somebody was in a conversation until a moment ago.</summary>
    public bool HasLeft(ConversationId conversation, int userId, long now) => _left.TryGetValue((conversation, userId), out var until) && until > now;

    /// <summary>Who types in a conversation, and for how many more milliseconds.</summary>
    public IEnumerable<(int UserId, long Left)> Of(ConversationId conversation, long now) =>
        _typing.TryGetValue(conversation, out var typing)
            ? typing.Where(other => other.Until > now).Select(other => (other.UserId, other.Until - now))
            : [];

    /// <summary>What is over is forgotten.</summary>
    public void Sweep(long now)
    {
        if (now - _sweptAt < LastsMilliseconds)
            return;
        _sweptAt = now;
        foreach (var (left, until) in _left)
        {
            if (until <= now)
                _left.Remove(left);
        }

        foreach (var (conversation, typing) in _typing)
        {
            if (typing.TrueForAll(other => other.Until <= now))
                _typing.Remove(conversation); // the one thing that an enumeration allows
        }
    }
}
