using System.Text;

namespace Chat.Node.Storage;

/// <summary>
/// Text as the legacy servers store it: they send UTF-8 over a connection that they declare to be gbk, so the database
/// stores what those bytes mean in gbk (<c>浣犲ソ</c> for <c>你好</c>) and gives the same bytes back to whoever declares the
/// same. Pure. Their gbk is code page 936 without its euro sign and its private use area.
/// </summary>
static class LegacyText
{
    static readonly Encoding Gbk = Find();
    static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>
    /// What the user typed, if the text came that way; null if it cannot have come so. Where the database had to put a question
    /// mark for half a character, there is U+FFFD.
    /// </summary>
    public static string? Undo(string stored) => Ascii.IsValid(stored) || ToGbk(stored) is not { } bytes ? null : Decode(bytes);

    /// <summary>The text as those servers would have stored it; null if that cannot be (half a character is left over).</summary>
    public static string? Write(string text)
    {
        if (Ascii.IsValid(text))
            return text;
        try
        {
            var bytes = Utf8.GetBytes(text);
            return FromGbk(bytes) is { } stored && ToGbk(stored).AsSpan().SequenceEqual(bytes) ? stored : null;
        }
        catch (EncoderFallbackException) // half a surrogate pair
        {
            return null;
        }
    }

    /// <summary>The bytes of a text in the database's gbk; null if it has none for some character.</summary>
    internal static byte[]? ToGbk(string text)
    {
        try
        {
            return IsTheirs(text) ? Gbk.GetBytes(text) : null;
        }
        catch (EncoderFallbackException)
        {
            return null;
        }
    }

    /// <summary>What bytes mean in the database's gbk; null if some mean nothing.</summary>
    internal static string? FromGbk(byte[] bytes)
    {
        try
        {
            return Gbk.GetString(bytes) is { } text && IsTheirs(text) ? text : null;
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    static bool IsTheirs(string text) => !text.Contains('€', StringComparison.Ordinal) && !text.AsSpan().ContainsAnyInRange('\uE000', '\uF8FF');

    /// <summary>UTF-8 in which a truncated character followed by a question mark is a lost one; null if it is no UTF-8.</summary>
    static string? Decode(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        while (!bytes.IsEmpty)
        {
            var status = Rune.DecodeFromUtf8(bytes, out var rune, out var consumed);
            if (status == System.Buffers.OperationStatus.Done)
                text.Append(rune.ToString());
            else if (consumed < bytes.Length && bytes[consumed] == (byte)'?')
                text.Append(Rune.ReplacementChar.ToString());
            else
                return null;
            bytes = bytes[(status == System.Buffers.OperationStatus.Done ? consumed : consumed + 1)..];
        }

        return text.ToString();
    }

    static Encoding Find()
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        return Encoding.GetEncoding(936, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
    }
}
