using Chat.Protocol;
using ChatActors.Client;

namespace Chat.Client.Terminal;

/// <summary>Whose typing is worth a line: it is told again every few seconds while it goes on.</summary>
sealed class TypingNotes(TimeProvider timeProvider)
{
    readonly Dictionary<(ConversationId Conversation, int UserId), DateTimeOffset> _until = [];

    /// <summary>Whether somebody begins.</summary>
    public bool IsNew(TypingChanged typing)
    {
        var (key, now) = ((typing.Conversation, typing.UserId), timeProvider.GetUtcNow());
        var isNew = typing.IsOn && (!_until.TryGetValue(key, out var until) || until < now);
        if (typing.IsOn)
            _until[key] = now + typing.Expires;
        else
            _until.Remove(key);
        return isNew;
    }
}
