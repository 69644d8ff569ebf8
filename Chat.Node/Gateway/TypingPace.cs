using Chat.Protocol;

namespace Chat.Node.Gateway;

/// <summary>
/// How often one session says that its user types: what comes too soon is passed over. Pure; times are milliseconds of a steady clock.
/// </summary>
sealed class TypingPace
{
    /// <summary>Between two words about one conversation that go on.</summary>
    public const long IntervalMilliseconds = 2000;

    /// <summary>Conversations that a user types in at the same time.</summary>
    public const int MaxConversations = 5;

    readonly (ConversationId Conversation, long At, bool IsOn)[] _last = new (ConversationId, long, bool)[MaxConversations];

    public TypingPace() => Array.Fill(_last, (default, long.MinValue / 2, false));

    /// <summary>Whether it is to be told: a beginning or a repetition if none was for a while, an end if there was a beginning.</summary>
    public bool TryPass(ConversationId conversation, bool isOn, long now)
    {
        var at = Array.FindIndex(_last, last => last.Conversation == conversation);
        if (!isOn)
        {
            if (at < 0 || !_last[at].IsOn)
                return false;
            _last[at].IsOn = false;
            return true;
        }

        if (at < 0)
            at = Array.FindIndex(_last, last => now - last.At >= IntervalMilliseconds);
        if (at < 0 || now - _last[at].At < IntervalMilliseconds)
            return false;
        _last[at] = (conversation, now, true);
        return true;
    }
}
