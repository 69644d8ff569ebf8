using System.Buffers.Text;
using System.Text;

namespace Chat.Checker.Population;

/// <summary>The texts of the run: each carries its message's number and a sum over it, so that no other text is taken for one. Pure.</summary>
static class ChaosText
{
    /// <summary>A text as people send them, not longer than a legacy client can take.</summary>
    static readonly string Filler = " " + string.Concat(Enumerable.Repeat("lorem ipsum ", 6)).TrimEnd();
    static readonly byte[] FillerBytes = Encoding.UTF8.GetBytes(Filler);

    public static string Format(int number) => $"{number}-{Sum(number)}{Filler}";

    /// <summary>The message's number, or -1.</summary>
    public static int Parse(ReadOnlySpan<byte> text)
    {
        if (!Utf8Parser.TryParse(text, out int number, out var length) || number < 0 || length >= text.Length || text[length] != '-'
            || !Utf8Parser.TryParse(text[(length + 1)..], out uint sum, out var sumLength) || sum != Sum(number))
            return -1;
        return text[(length + 1 + sumLength)..].SequenceEqual(FillerBytes) ? number : -1;
    }

    static uint Sum(int number) => (uint)number * 2654435761u;
}
