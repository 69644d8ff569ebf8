using System.Buffers;

namespace Chat.Protocol;

enum ScanOutcome
{
    Open,
    Closed,
    Broken,
    TooDeep,
}

/// <summary>Where an object ends. It begins at an opening brace, and goes on over as many spans as it takes: each byte is looked at once.</summary>
struct BraceScanner
{
    static readonly SearchValues<byte> OutsideString = SearchValues.Create("\"{}[]\0 \t\r\n"u8);
    static readonly SearchValues<byte> InsideString = SearchValues.Create("\"\\\0\n"u8);

    int _depth;
    bool _inString;
    bool _escaped;

    /// <summary>Whether there is white space between the tokens.</summary>
    public bool IsSpaced { get; private set; }

    /// <summary>Follows strings and brackets through a span; returns how many bytes it has passed.</summary>
    public int Scan(ReadOnlySpan<byte> span, int maxDepth, out ScanOutcome outcome)
    {
        var at = 0;
        while (at < span.Length)
        {
            if (_escaped)
            {
                _escaped = false;
                // An escaped line end is as wrong as a plain one: leave it to the string rule below.
                if (span[at] is not (0 or (byte)'\n'))
                {
                    at++;
                    continue;
                }
            }

            var next = span[at..].IndexOfAny(_inString ? InsideString : OutsideString);
            if (next < 0)
                break;
            at += next;
            var value = span[at++];
            if (value == 0 || (_inString && value == '\n'))
            {
                outcome = ScanOutcome.Broken;
                return at;
            }

            switch (value)
            {
                case (byte)'"':
                    _inString = !_inString;
                    break;
                case (byte)'\\':
                    _escaped = true;
                    break;
                case (byte)'{' or (byte)'[':
                    if (++_depth > maxDepth)
                    {
                        outcome = ScanOutcome.TooDeep;
                        return at;
                    }

                    break;
                case (byte)'}' or (byte)']':
                    if (--_depth == 0)
                    {
                        outcome = ScanOutcome.Closed;
                        return at;
                    }

                    break;
                default:
                    IsSpaced = true;
                    break;
            }
        }

        outcome = ScanOutcome.Open;
        return span.Length;
    }
}
