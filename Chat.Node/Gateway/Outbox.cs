using System.Buffers;
using System.IO.Pipelines;
using Chat.Node.Telemetry;
using Chat.Protocol;

namespace Chat.Node.Gateway;

/// <summary>What is to be told when a frame has left.</summary>
enum ReceiptKind
{
    None,

    /// <summary>A push of a conversation.</summary>
    Push,

    /// <summary>A row of the offline queue.</summary>
    Offline,

    /// <summary>The acknowledgement of a post.</summary>
    Acknowledgement,
}

/// <summary>Names the delivery that a frame carries; <c>Number</c> is the queue's row id for <see cref="ReceiptKind.Offline"/>.</summary>
readonly record struct Receipt(ReceiptKind Kind, ConversationId Conversation = default, long Incarnation = 0, long Number = 0);

/// <summary>
/// The frames that wait for one socket. Everything queued goes out in one flush; a flush ends when the kernel has taken
/// the bytes. Used by its session actor only. A legacy receiver holds exactly one object of 1024 bytes at once: for it
/// frames that follow each other closely are padded to that size, and nothing follows an unpadded frame closely.
/// </summary>
sealed class Outbox(PipeWriter output, int mostFrames, TimeProvider clock)
{
    const int MostBytesPerFlush = 64 * 1024;

    /// <summary>
    /// Padded frames in one flush: below the 64 KB at which the kernel cuts what is written at once, in the middle of a
    /// frame, so that a fast receiver would take half of one.
    /// </summary>
    const int MostPaddedPerFlush = 48;
    const long MostBytesQueued = 32L * 1024 * 1024;

    /// <summary>A frame that follows another within this time is padded.</summary>
    const long CloseMilliseconds = 50;

    /// <summary>An unpadded push is left alone for this time, so that the receiver can take it.</summary>
    const long AloneMilliseconds = 5;

    /// <summary>The same for an answer: what follows the answer to a login is no conversation yet, and a client has to make a menu of it.</summary>
    const long AnswerAloneMilliseconds = 50;

    static readonly byte[] Padding = CreatePadding();

    // One place each to begin with: many connections never have more than one frame waiting.
    readonly Queue<(ReadOnlyMemory<byte> Frame, Receipt Receipt)> _queue = new(1);
    readonly List<Receipt> _inFlight = new(1);
    long _bytes;
    int _acknowledgements;
    long _lastWritten = long.MinValue / 2;
    long _aloneFor;

    /// <summary>Set when a hello arrives.</summary>
    public bool IsModern { get; set; }

    public bool IsFlushing { get; private set; }

    public bool IsEmpty => _queue.Count == 0;

    public int Count => _queue.Count;

    /// <summary>Only what tells the client that its own messages are accepted.</summary>
    public bool HoldsOnlyAcknowledgements => _acknowledgements > 0 && _acknowledgements == _queue.Count;

    /// <summary>The receipts of the flush that is under way, or has just ended.</summary>
    public IReadOnlyList<Receipt> InFlight => _inFlight;

    /// <summary>
    /// False if the box is full: the receiver is too slow. It is not yet while nothing is being flushed, and a page of the
    /// offline queue, which nobody sends faster than it is taken, does not count.
    /// </summary>
    public bool TryAdd(ReadOnlyMemory<byte> frame, Receipt receipt = default)
    {
        if ((IsFlushing && _queue.Count >= mostFrames && _queue.Count(queued => queued.Receipt.Kind != ReceiptKind.Offline) >= mostFrames)
            || _bytes > MostBytesQueued)
            return false;
        _queue.Enqueue((frame, receipt));
        _bytes += frame.Length;
        if (receipt.Kind == ReceiptKind.Acknowledgement)
            _acknowledgements++;
        return true;
    }

    /// <summary>How long a legacy receiver must still be left alone; zero = flush now.</summary>
    public TimeSpan Pause
    {
        get
        {
            if (IsModern || _aloneFor == 0 || (_aloneFor == AnswerAloneMilliseconds && !IsPushNext))
                return TimeSpan.Zero;
            var since = clock.SteadyMilliseconds() - _lastWritten;
            return since >= _aloneFor ? TimeSpan.Zero : TimeSpan.FromMilliseconds(_aloneFor - since);
        }
    }

    /// <summary>An answer is waited for, and read, before the next request; only pushes come unasked.</summary>
    bool IsPushNext => _queue.TryPeek(out var first) && first.Receipt.Kind is ReceiptKind.Push or ReceiptKind.Offline;

    /// <summary>Writes what is queued and flushes it once.</summary>
    public ValueTask<FlushResult> FlushAsync()
    {
        IsFlushing = true;
        _inFlight.Clear();
        var written = 0;
        if (IsModern)
        {
            while (written < MostBytesPerFlush && _queue.TryDequeue(out var next))
                written += Write(next.Frame, next.Receipt);
        }
        else
        {
            var at = clock.SteadyMilliseconds();
            var isPush = IsPushNext;
            var isPadded = _queue.Count > 1 || (isPush && at - _lastWritten < CloseMilliseconds);
            while (written < MostPaddedPerFlush && _queue.TryDequeue(out var next))
            {
                Write(next.Frame, next.Receipt);
                written++;
                if (isPadded && next.Frame.Length is > 0 and < LegacyFrames.MaxBytes)
                    output.Write(Padding.AsSpan(next.Frame.Length));
            }

            _lastWritten = at;
            _aloneFor = isPadded ? 0 : isPush ? AloneMilliseconds : AnswerAloneMilliseconds;
        }

        return output.FlushAsync();
    }

    public void OnFlushed() => IsFlushing = false;

    /// <summary>
    /// The receiver is going away: what it was not sent, and what nobody has told to have left, belongs to somebody else now. Another user
    /// may log in on this connection before the flush ends.
    /// </summary>
    public void DropPushes()
    {
        _inFlight.Clear();
        for (var count = _queue.Count; count > 0; count--)
        {
            var next = _queue.Dequeue();
            if (next.Receipt.Kind is ReceiptKind.Push or ReceiptKind.Offline)
                _bytes -= next.Frame.Length;
            else
                _queue.Enqueue(next);
        }
    }

    int Write(ReadOnlyMemory<byte> frame, Receipt receipt)
    {
        output.Write(frame.Span);
        _bytes -= frame.Length;
        if (receipt.Kind == ReceiptKind.Acknowledgement)
            _acknowledgements--;
        if (receipt.Kind != ReceiptKind.None)
            _inFlight.Add(receipt);
        return frame.Length;
    }

    static byte[] CreatePadding()
    {
        var padding = new byte[LegacyFrames.MaxBytes];
        padding.AsSpan().Fill((byte)' ');
        return padding;
    }
}
