using System.Text;
using System.Text.Encodings.Web;

namespace Chat.Protocol;

/// <summary>
/// Escapes only what JSON demands (quote, backslash, control characters) and leaves all else as raw UTF-8, as the
/// legacy servers do. The library's relaxed encoder escapes more, emoji among it.
/// </summary>
sealed unsafe class MinimalJsonEncoder : JavaScriptEncoder
{
    public static readonly MinimalJsonEncoder Instance = new();

    public override int MaxOutputCharactersPerInputCharacter => 6;

    public override bool WillEncode(int unicodeScalar) => unicodeScalar is < 0x20 or '"' or '\\';

    public override int FindFirstCharacterToEncode(char* text, int textLength)
    {
        var span = new ReadOnlySpan<char>(text, textLength);
        for (var i = 0; i < span.Length; i++)
        {
            if (WillEncode(span[i]))
                return i;
            if (!char.IsSurrogate(span[i]))
                continue;
            if (Rune.DecodeFromUtf16(span[i..], out _, out var consumed) != System.Buffers.OperationStatus.Done)
                return i;
            i += consumed - 1;
        }

        return -1;
    }

    public override bool TryEncodeUnicodeScalar(int unicodeScalar, char* buffer, int bufferLength, out int numberOfCharactersWritten)
    {
        var target = new Span<char>(buffer, bufferLength);
        if (!WillEncode(unicodeScalar))
            return new Rune(unicodeScalar).TryEncodeToUtf16(target, out numberOfCharactersWritten);
        ReadOnlySpan<char> escape = unicodeScalar switch
        {
            '"' => "\\\"",
            '\\' => "\\\\",
            '\b' => "\\b",
            '\f' => "\\f",
            '\n' => "\\n",
            '\r' => "\\r",
            '\t' => "\\t",
            _ => $"\\u{unicodeScalar:x4}",
        };
        numberOfCharactersWritten = escape.TryCopyTo(target) ? escape.Length : 0;
        return numberOfCharactersWritten > 0;
    }
}
