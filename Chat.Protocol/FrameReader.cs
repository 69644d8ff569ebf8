using System.Buffers;

namespace Chat.Protocol;

/// <summary>What <see cref="FrameReader.Read"/> found.</summary>
public enum FrameStatus
{
    /// <summary>Nothing complete: call again with more bytes.</summary>
    NeedMore,

    /// <summary>One object, from its opening to its closing brace.</summary>
    Frame,

    /// <summary>Bytes that cannot be an object; skipped until, behind a line end or NUL, an object begins.</summary>
    Malformed,

    /// <summary>An object over the size limit; the rest of it is skipped.</summary>
    TooLarge,

    /// <summary>An object nested too deeply; the rest of it is skipped.</summary>
    TooDeep,

    /// <summary>So much was skipped that no boundary can be hoped for: close the connection.</summary>
    Lost,
}

/// <summary>
/// Finds the objects in a byte stream. Senders end them with NUL, newline or nothing, put a BOM or white space in front,
/// several in one segment or one over many. Each byte is looked at once, however the stream is split, and nothing over
/// <c>maxFrameBytes</c> is ever kept. After bad input it finds the next object by itself.
/// </summary>
public sealed class FrameReader(int maxFrameBytes, int maxDepth = FrameReader.DefaultMaxDepth)
{
    /// <summary>Objects and arrays inside each other.</summary>
    public const int DefaultMaxDepth = 32;

    const int DiscardFactor = 64;
    static readonly SearchValues<byte> LineEnd = SearchValues.Create("\0\n"u8);

    enum State
    {
        Between,
        Object,
        DiscardObject,
        DiscardLine,
    }

    State _state;
    BraceScanner _braces;
    int _scanned;
    int _bomBytes;
    long _discarded;
    bool _isInGarbage; // since the last object
    bool _isGarbageTold;

    /// <summary>Whether the frame just returned has white space between its tokens.</summary>
    public bool IsSpaced => _braces.IsSpaced;

    /// <summary>
    /// Takes the next object off the front of <paramref name="buffer"/>. With <see cref="FrameStatus.NeedMore"/> what is
    /// left in the buffer is an incomplete object: present it again, at the front, with more bytes behind it.
    /// <paramref name="frame"/> is the object; with <see cref="FrameStatus.TooLarge"/> and
    /// <see cref="FrameStatus.TooDeep"/> its beginning.
    /// </summary>
    public FrameStatus Read(ref ReadOnlySequence<byte> buffer, out ReadOnlySequence<byte> frame)
    {
        frame = default;
        while (!buffer.IsEmpty)
        {
            var status = _state switch
            {
                State.Between => SkipSeparators(ref buffer),
                State.Object => ScanObject(ref buffer, out frame),
                State.DiscardObject => DiscardObject(ref buffer),
                _ => DiscardLine(ref buffer),
            };
            if (status is { } found)
                return found;
        }

        return FrameStatus.NeedMore;
    }

    /// <summary>
    /// For whoever trusts the sender and has the bytes in one piece: the length of the object at the beginning, 0 if it is not there as a
    /// whole, or is none.
    /// </summary>
    public static int LengthOf(ReadOnlySpan<byte> bytes)
    {
        var braces = default(BraceScanner);
        var length = braces.Scan(bytes, int.MaxValue, out var outcome);
        return outcome == ScanOutcome.Closed ? length : 0;
    }

    /// <summary>Where messages have ends of their own: what is bad in the next one is told again, though no object has come meanwhile.</summary>
    public void EndMessage() => _isGarbageTold = false;

    FrameStatus? SkipSeparators(ref ReadOnlySequence<byte> buffer)
    {
        var span = buffer.FirstSpan;
        for (var i = 0; i < span.Length; i++)
        {
            var value = span[i];
            if (_bomBytes > 0 || value == 0xEF)
            {
                if (value != (_bomBytes switch { 0 => 0xEF, 1 => 0xBB, _ => 0xBF }))
                    return StartDiscardLine(ref buffer, i);
                _bomBytes = (_bomBytes + 1) % 3;
            }
            else if (value == '{')
            {
                buffer = buffer.Slice(i);
                _state = State.Object;
                _scanned = 0;
                _braces = default;
                _isInGarbage = _isGarbageTold = false;
                return null;
            }
            else if (value is not ((byte)'\n' or (byte)'\r' or (byte)' ' or (byte)'\t' or 0))
            {
                return StartDiscardLine(ref buffer, i);
            }
        }

        buffer = buffer.Slice(span.Length);
        return null;
    }

    FrameStatus? StartDiscardLine(ref ReadOnlySequence<byte> buffer, int at)
    {
        buffer = buffer.Slice(at);
        _bomBytes = 0;
        _state = State.DiscardLine;
        if (!_isInGarbage)
            _discarded = 0;
        _isInGarbage = true;
        if (_isGarbageTold)
            return null; // more lines of the same
        _isGarbageTold = true;
        return FrameStatus.Malformed;
    }

    FrameStatus? ScanObject(ref ReadOnlySequence<byte> buffer, out ReadOnlySequence<byte> frame)
    {
        frame = default;
        foreach (var segment in buffer.Slice(_scanned))
        {
            // Never look past the limit, so that the answer does not depend on how the bytes were split.
            var span = segment.Span;
            var room = maxFrameBytes - _scanned;
            var window = span.Length > room ? span[..room] : span;
            var end = _braces.Scan(window, maxDepth, out var outcome);
            _scanned += end;
            switch (outcome)
            {
                case ScanOutcome.Closed:
                    frame = buffer.Slice(0, _scanned);
                    buffer = buffer.Slice(_scanned);
                    _state = State.Between;
                    return FrameStatus.Frame;
                case ScanOutcome.Broken:
                    buffer = buffer.Slice(_scanned);
                    _state = State.Between;
                    return FrameStatus.Malformed;
                case ScanOutcome.TooDeep:
                    return StartDiscardObject(ref buffer, out frame, FrameStatus.TooDeep);
            }

            if (window.Length < span.Length)
                return StartDiscardObject(ref buffer, out frame, FrameStatus.TooLarge);
        }

        return FrameStatus.NeedMore;
    }

    FrameStatus StartDiscardObject(ref ReadOnlySequence<byte> buffer, out ReadOnlySequence<byte> frame, FrameStatus status)
    {
        frame = buffer.Slice(0, _scanned);
        buffer = buffer.Slice(_scanned);
        _state = State.DiscardObject;
        _discarded = 0;
        return status;
    }

    FrameStatus? DiscardObject(ref ReadOnlySequence<byte> buffer)
    {
        var end = _braces.Scan(buffer.FirstSpan, int.MaxValue, out var outcome);
        if (outcome is ScanOutcome.Closed or ScanOutcome.Broken)
            _state = State.Between;
        return Discarded(ref buffer, end);
    }

    FrameStatus? DiscardLine(ref ReadOnlySequence<byte> buffer)
    {
        var span = buffer.FirstSpan;
        var end = span.IndexOfAny(LineEnd);
        if (end >= 0)
            _state = State.Between;
        return Discarded(ref buffer, end < 0 ? span.Length : end);
    }

    FrameStatus? Discarded(ref ReadOnlySequence<byte> buffer, int count)
    {
        // Also when the end has been found: in smaller segments it would have been lost before.
        buffer = buffer.Slice(count);
        _discarded += count;
        return _discarded > (long)maxFrameBytes * DiscardFactor ? FrameStatus.Lost : null;
    }
}
