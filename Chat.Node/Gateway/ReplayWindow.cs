namespace Chat.Node.Gateway;

/// <summary>
/// Which of the last <see cref="Size"/> numbers of a conversation were written to a connection, in any order: the window against replays
/// of RFC 4303 (3.4.3). Numbers below it are unknown, and taken as never written: shown twice is better than not at all. Pure.
/// </summary>
struct ReplayWindow
{
    public const int Size = 128;

    long _highest;

    /// <summary>Bit n: the number that is n below the highest.</summary>
    UInt128 _written;

    public readonly bool Contains(long number)
    {
        var below = _highest - number;
        return below is >= 0 and < Size && ((_written >> (int)below) & UInt128.One) != UInt128.Zero;
    }

    /// <summary>False if it was written before.</summary>
    public bool TryAdd(long number)
    {
        if (Contains(number))
            return false;
        var above = number - _highest;
        if (above > 0)
        {
            _written = above < Size ? (_written << (int)above) | UInt128.One : UInt128.One;
            _highest = number;
        }
        else if (above > -Size)
        {
            _written |= UInt128.One << (int)-above;
        }

        return true;
    }
}
