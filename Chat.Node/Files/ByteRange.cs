using System.Globalization;

namespace Chat.Node.Files;

/// <summary>Which bytes of a file are asked for. Pure.</summary>
/// <param name="From">The first one.</param>
/// <param name="Length">How many.</param>
readonly record struct ByteRange(long From, long Length)
{
    /// <summary>What a header <c>Range</c> means for a file.</summary>
    /// <param name="header">As it came; null: there is none.</param>
    /// <param name="size">Of the file.</param>
    /// <param name="range">What is to be sent; if it is not all, the header has named it.</param>
    /// <returns>False: no byte of it is in the file. Several ranges at once, and what cannot be read, are passed over, as the standard allows.</returns>
    public static bool TryRead(string? header, long size, out ByteRange range)
    {
        range = new ByteRange(0, size);
        const string Unit = "bytes=";
        if (header is null || !header.StartsWith(Unit, StringComparison.Ordinal) || header.Contains(',', StringComparison.Ordinal))
            return true;
        var parts = header[Unit.Length..].Split('-');
        if (parts.Length != 2)
            return true;
        var (hasFrom, hasTo) = (TryNumber(parts[0], out var from), TryNumber(parts[1], out var to));
        if ((!hasFrom && parts[0].Length > 0) || (!hasTo && parts[1].Length > 0) || (!hasFrom && !hasTo) || (hasFrom && hasTo && to < from))
            return true;
        if (!hasFrom)
        {
            range = new ByteRange(Math.Max(0, size - to), Math.Min(size, to)); // the last ones
            return to > 0;
        }

        if (from >= size)
            return false;
        range = new ByteRange(from, (hasTo ? Math.Min(to, size - 1) : size - 1) - from + 1);
        return true;
    }

    static bool TryNumber(string text, out long number) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
