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

    readonly Dictionary<ConversationId, List<(int UserId, long Until)>> _typing = [];
    long _sweptAt;

    /// <summary>Whether it is to be told.</summary>
    public bool Set(ConversationId conversation, int userId, bool isOn, long now)
    {
        Sweep(now);
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

    /// <summary>Who types in a conversation, and for how many more milliseconds.</summary>
    public IEnumerable<(int UserId, long Left)> Of(ConversationId conversation, long now) =>
        _typing.TryGetValue(conversation, out var typing)
            ? typing.Where(other => other.Until > now).Select(other => (other.UserId, other.Until - now))
            : [];

    void Sweep(long now)
    {
        if (now - _sweptAt < LastsMilliseconds)
            return;
        _sweptAt = now;
        foreach (var (conversation, typing) in _typing)
        {
            if (typing.TrueForAll(other => other.Until <= now))
                _typing.Remove(conversation); // the one thing that an enumeration allows
        }
    }
}
