using System.Buffers.Text;
using Chat.Protocol;

namespace Chat.Checker.Population;

/// <summary><c>d:3:17</c> and <c>g:5</c>, without a string. Pure.</summary>
static class ConversationText
{
    /// <summary>The default value for what is no conversation.</summary>
    public static ConversationId Parse(ReadOnlySpan<byte> text)
    {
        if (text.Length < 3 || text[1] != ':' || !Utf8Parser.TryParse(text[2..], out int a, out var length) || a < 1)
            return default;
        if (text[0] == 'g' && text.Length == 2 + length)
            return ConversationId.Group(a);
        var rest = text[(2 + length)..];
        return text[0] == 'd' && rest.Length > 1 && rest[0] == ':' && Utf8Parser.TryParse(rest[1..], out int b, out var used) && used == rest.Length - 1 && b >= a
            ? ConversationId.Direct(a, b)
            : default;
    }
}
