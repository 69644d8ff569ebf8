using System.IO.Pipelines;
using System.Runtime.InteropServices;
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

/// <summary>
/// Names the delivery that a frame carries; <c>Number</c> is the queue's row id for <see cref="ReceiptKind.Offline"/>, and for <see cref="ReceiptKind.Acknowledgement"/>
/// when its message was read (<see cref="SendMessageRequest.ReceivedAt"/>).
/// </summary>
[StructLayout(LayoutKind.Auto)] // there are many, and the field in its body fits into a gap
readonly record struct Receipt(ReceiptKind Kind, ConversationId Conversation = default, long Incarnation = 0, long Number = 0)
{
    /// <summary>Of a push: the low bits of the message's time. Durations are computed from it, which are short.</summary>
    public int Ts { get; init; }
}

/// <summary>
/// The frames that wait for one socket. Everything queued goes out in one flush; a flush ends when the kernel has taken
/// the bytes. Used by its session actor only. A legacy receiver reads 1024 bytes at once, which have to hold exactly one object: every push is
/// padded to that size, so that what it has not read yet may lie in front of the next one, and each frame is a segment of its own where the
/// socket can do that (<see cref="ITransportPeer.Send"/>), so that it never finds half of one.
/// </summary>
sealed class Outbox(IFrameOutput output, int maxFrames, TimeProvider clock, ITransportPeer? peer = null, OutboxBudget? budget = null)
{
    const int MaxBytesPerFlush = 64 * 1024;

    /// <summary>
    /// Padded frames in one flush: below the 64 KB at which the kernel cuts what is written at once, in the middle of a
    /// frame, so that a fast receiver would take half of one.
    /// </summary>
    const int MaxPaddedPerFlush = 48;
    const long MaxBytesQueued = 32L * 1024 * 1024;

    /// <summary>
    /// No push comes so soon behind an answer that is not padded: what follows the answer to a login is no conversation yet, and a client has to
    /// make a menu of it.
    /// </summary>
    const long AnswerAloneMilliseconds = 50;

    /// <summary>When the kernel's buffer is full: so long until the next attempt.</summary>
    const long FullMilliseconds = 10;

    static readonly byte[] Padding = CreatePadding();

    // One place each to begin with: many connections never have more than one frame waiting.
    readonly Queue<(ReadOnlyMemory<byte> Frame, Receipt Receipt)> _queue = new(1);
    List<Receipt>? _inFlight; // made for the first receipt: idle connections have none
    long _bytes;
    long _charged; // of these, to the budget
    int _acknowledgements;
    long _lastWritten = long.MinValue / 2;
    long _aloneFor;

    /// <summary>How much of the first frame in the queue, with its padding, the kernel has taken already.</summary>
    int _taken;
    bool _isFirstPadded;
    bool _hasPushed;
    bool _isFull;

    /// <summary>Set when a hello arrives.</summary>
    public bool IsModern { get; set; }

    public bool IsFlushing { get; private set; }

    public bool IsEmpty => _queue.Count == 0;

    public int Count => _queue.Count;

    /// <summary>The bytes of all flushes so far.</summary>
    public long Sent { get; private set; }

    /// <summary>Only what tells the client that its own messages are accepted.</summary>
    public bool HoldsOnlyAcknowledgements => _acknowledgements > 0 && _acknowledgements == _queue.Count;

    /// <summary>The receipts of the flush that is under way, or has just ended.</summary>
    public ReadOnlySpan<Receipt> InFlight => CollectionsMarshal.AsSpan(_inFlight);

    /// <summary>
    /// False if the box is full, or has more than its share of the node's memory: the receiver is too slow. It is not yet while nothing is being flushed, and a page of the
    /// offline queue, which nobody sends faster than it is taken, does not count.
    /// </summary>
    public bool TryAdd(ReadOnlyMemory<byte> frame, Receipt receipt = default)
    {
        if (((IsFlushing || _isFull) && _queue.Count >= maxFrames && _queue.Count(queued => queued.Receipt.Kind != ReceiptKind.Offline) >= maxFrames)
            || _bytes > MaxBytesQueued || (_bytes > OutboxBudget.Step && _bytes > budget?.MaxOfOne))
            return false;
        _queue.Enqueue((frame, receipt));
        Weigh(frame.Length);
        if (receipt.Kind == ReceiptKind.Acknowledgement)
            _acknowledgements++;
        return true;
    }

    /// <summary>How long a legacy receiver must still be left alone; zero = flush now.</summary>
    public TimeSpan Pause
    {
        get
        {
            if (IsModern)
                return TimeSpan.Zero;
            var pause = _isFull ? FullMilliseconds : IsPushNext ? _aloneFor : 0;
            var since = clock.SteadyMilliseconds() - _lastWritten;
            return since >= pause ? TimeSpan.Zero : TimeSpan.FromMilliseconds(pause - since);
        }
    }

    /// <summary>An answer is waited for, and read, before the next request; only pushes come unasked.</summary>
    bool IsPushNext => _queue.TryPeek(out var first) && IsPush(first.Receipt);

    static bool IsPush(in Receipt receipt) => receipt.Kind is ReceiptKind.Push or ReceiptKind.Offline;

    /// <summary>Writes what is queued and flushes it once.</summary>
    /// <returns>Completed if the connection has ended.</returns>
    public ValueTask<FlushResult> FlushAsync()
    {
        IsFlushing = true;
        _inFlight?.Clear();
        if (!IsModern)
            return FlushLegacy();
        _isFull = false;
        var written = 0;
        while (written < MaxBytesPerFlush && _queue.TryPeek(out var next))
            written += Write(next.Frame);
        return output.FlushAsync();
    }

    public void OnFlushed() => IsFlushing = false;

    /// <summary>
    /// The receiver is going away: what it was not sent, and what nobody has told to have left, belongs to somebody else now. Another user
    /// may log in on this connection before the flush ends.
    /// </summary>
    public void DropPushes()
    {
        _inFlight?.Clear();
        for (var count = _queue.Count; count > 0; count--)
        {
            var next = _queue.Dequeue();
            if (!IsPush(next.Receipt))
                _queue.Enqueue(next);
            else if (_taken > 0 && count == _queue.Count + 1)
                _queue.Enqueue((next.Frame, default)); // its front has gone, and what comes behind it must not stand in it
            else
                Weigh(-next.Frame.Length);
        }
    }

    /// <summary>The session has ended: what is left goes nowhere, and takes nobody's share.</summary>
    public void Release()
    {
        budget?.Take(-_charged);
        _charged = 0;
    }

    void Weigh(long more)
    {
        _bytes += more;
        var charge = _bytes / OutboxBudget.Step * OutboxBudget.Step;
        if (charge == _charged)
            return;
        budget?.Take(charge - _charged);
        _charged = charge;
    }

    ValueTask<FlushResult> FlushLegacy()
    {
        _lastWritten = clock.SteadyMilliseconds();
        _isFull = false;
        // An answer to who has been pushed nothing yet stands alone: nothing that it has not read can be in front of it.
        var isPadded = _hasPushed || _queue.Count > 1 || IsPushNext;
        _aloneFor = isPadded ? 0 : AnswerAloneMilliseconds;
        if (peer is not { IsPlain: true })
        {
            for (var i = 0; i < MaxPaddedPerFlush && _queue.TryPeek(out var next); i++)
            {
                NotePush(next);
                Write(next.Frame);
                if (isPadded)
                    Pad(next.Frame.Length);
            }

            return output.FlushAsync();
        }

        try
        {
            for (var i = 0; i < MaxPaddedPerFlush && !_isFull && _queue.TryPeek(out var next); i++)
            {
                NotePush(next);
                _isFull = !TrySend(peer, next.Frame, isPadded);
            }
        }
        catch (IOException)
        {
            return new ValueTask<FlushResult>(new FlushResult(isCanceled: false, isCompleted: true));
        }

        return default;
    }

    void NotePush(in (ReadOnlyMemory<byte> Frame, Receipt Receipt) next) => _hasPushed |= IsPush(next.Receipt) && next.Frame.Length > 0;

    /// <summary>False if the kernel has not taken all of it: the next flush goes on there.</summary>
    bool TrySend(ITransportPeer socket, ReadOnlyMemory<byte> frame, bool isPadded)
    {
        Span<byte> padded = stackalloc byte[LegacyFrames.MaxBytes];
        scoped var bytes = frame.Span;
        if (_taken == 0)
            _isFirstPadded = isPadded && bytes.Length is > 0 and < LegacyFrames.MaxBytes;
        if (_isFirstPadded)
        {
            bytes.CopyTo(padded);
            padded[bytes.Length..].Fill((byte)' ');
            bytes = padded;
        }

        var sent = bytes.Length == 0 ? 0 : socket.Send(bytes[_taken..]);
        Sent += sent;
        _taken += sent;
        if (_taken < bytes.Length)
            return false;
        Dequeue();
        return true;
    }

    void Pad(int length)
    {
        if (length is 0 or >= LegacyFrames.MaxBytes)
            return;
        output.Write(Padding.AsSpan(length));
        Sent += LegacyFrames.MaxBytes - length;
    }

    int Write(ReadOnlyMemory<byte> frame)
    {
        var rest = frame.Span[Math.Min(_taken, frame.Length)..];
        output.Write(rest);
        Sent += rest.Length;
        Dequeue();
        return frame.Length;
    }

    /// <summary>The first frame has been written.</summary>
    void Dequeue()
    {
        var (frame, receipt) = _queue.Dequeue();
        _taken = 0;
        Weigh(-frame.Length);
        if (receipt.Kind == ReceiptKind.Acknowledgement)
            _acknowledgements--;
        if (receipt.Kind != ReceiptKind.None)
            (_inFlight ??= new List<Receipt>(1)).Add(receipt);
    }

    static byte[] CreatePadding()
    {
        var padding = new byte[LegacyFrames.MaxBytes];
        padding.AsSpan().Fill((byte)' ');
        return padding;
    }
}
