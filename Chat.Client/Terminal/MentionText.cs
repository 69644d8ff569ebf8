using System.Text;
using Chat.Protocol;

namespace Chat.Client.Terminal;

/// <summary>Whom a line for a group mentions: members whose names stand behind an <c>@</c>. Pure.</summary>
static class MentionText
{
    /// <param name="text">The line.</param>
    /// <param name="members">The members that are known: ids and names.</param>
    /// <returns>Ids, ascending, at most as many as a message may have.</returns>
    public static IReadOnlyList<int> Find(string text, IEnumerable<KeyValuePair<int, string>> members) => !text.Contains('@', StringComparison.Ordinal)
        ? []
        : [.. members.Where(member => IsNamed(text, member.Value)).Select(member => member.Key).Order().Take(MessageReferences.MaxMentions)];

    /// <summary>Not as the beginning of a longer word, and not in an address of mail.</summary>
    static bool IsNamed(string text, string name)
    {
        if (name.Length == 0)
            return false;
        var wanted = $"@{name}";
        for (var at = text.IndexOf(wanted, StringComparison.OrdinalIgnoreCase); at >= 0; at = text.IndexOf(wanted, at + 1, StringComparison.OrdinalIgnoreCase))
        {
            var isBegin = at == 0 || char.IsWhiteSpace(text[at - 1]) || text[at - 1] == '(';
            if (isBegin && !GoesOn(text, at + wanted.Length))
                return true;
        }

        return false;
    }

    static bool GoesOn(string text, int at) => at < text.Length && Rune.TryGetRuneAt(text, at, out var next) && (Rune.IsLetterOrDigit(next) || next.Value == '_');
}
