using Chat.Protocol;

namespace ChatActors.Client.Watching;

/// <summary>When the server is told that the user types: it passes over what comes more often. Not for several threads at once.</summary>
sealed class TypingPace
{
    /// <summary>Between two beginnings, or repetitions, in one conversation.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(2500);

    /// <summary>Others stop to show it by themselves after this time.</summary>
    static readonly TimeSpan Expiry = TimeSpan.FromSeconds(6);

    readonly Dictionary<ConversationId, (TimeSpan At, bool IsOn)> _last = [];

    /// <summary>Another connection.</summary>
    public void Clear() => _last.Clear();

    /// <summary>Whether to tell it.</summary>
    public bool TryPass(ConversationId conversation, bool isOn, TimeSpan now)
    {
        var (at, wasOn) = _last.GetValueOrDefault(conversation, (TimeSpan.MinValue / 2, false));
        if (isOn ? now - at < Interval : !wasOn || now - at >= Expiry)
            return false;
        _last[conversation] = (isOn ? now : at, isOn);
        return true;
    }
}
