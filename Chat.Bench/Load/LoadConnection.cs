using System.Net.Sockets;
using Chat.Bench.Measuring;
using Chat.Checker.Wire;

namespace Chat.Bench.Load;

/// <summary>
/// A connection that is logged in, owned by the thread of the load. Keeps nothing but what is cut off: the rest of a frame that has
/// not come whole, and what the kernel has not taken. So ten thousand idle ones cost next to nothing.
/// </summary>
sealed class LoadConnection(Socket socket, int index, int target, int userId, bool isModern, WebSocketFraming? framing = null) : IDisposable
{
    [ThreadStatic]
    static byte[]? _frame;

    byte[] _unsent = [];
    int _unsentFrom;
    int _unsentTo;
    byte[] _rest = [];
    int _restBytes;

    public Socket Socket => socket;

    /// <summary>Its place among the connections of a load.</summary>
    public int Index => index;

    /// <summary>Which of the targets it is connected to.</summary>
    public int Target => target;

    public int UserId => userId;

    public bool IsModern => isModern;

    public bool IsClosed { get; private set; }

    /// <summary>What it sends; usually one.</summary>
    public List<Flow> Flows { get; } = [];

    /// <summary>Ticks of the last sending, for the heartbeat.</summary>
    public long LastSent { get; private set; } = LoadClock.Now;

    /// <summary>The server does not take what was sent before: nothing more is sent until it does.</summary>
    public bool IsPushedBack => _unsentTo > _unsentFrom;

    /// <summary>Sends all of it, or keeps what the kernel does not take; false if the connection is gone.</summary>
    public bool Send(ReadOnlySpan<byte> bytes, long now)
    {
        LastSent = now;
        if (framing is not null)
            bytes = Wrap(bytes);
        var sent = 0;
        if (!IsPushedBack && !TrySend(bytes, out sent))
            return false;
        if (sent < bytes.Length)
            Keep(bytes[sent..]);
        return true;
    }

    /// <summary>There is room again; false if the connection is gone.</summary>
    public bool SendRest()
    {
        if (!TrySend(_unsent.AsSpan(_unsentFrom, _unsentTo - _unsentFrom), out var sent))
            return false;
        _unsentFrom += sent;
        if (_unsentFrom == _unsentTo)
            (_unsentFrom, _unsentTo) = (0, 0);
        return true;
    }

    /// <summary>
    /// Reads once, behind what was left, into <paramref name="buffer"/>, and returns how much there is now; -1 if the connection is gone.
    /// </summary>
    public int Receive(byte[] buffer)
    {
        _rest.AsSpan(0, _restBytes).CopyTo(buffer);
        var count = socket.Receive(buffer.AsSpan(_restBytes), SocketFlags.None, out var error);
        if (error == SocketError.WouldBlock)
            return _restBytes;
        if (error != SocketError.Success || count == 0)
            return -1;
        if (framing is null)
            return _restBytes + count;
        count = framing.Unwrap(buffer.AsSpan(_restBytes, count));
        return count == 0 && framing.IsClosed ? -1 : _restBytes + count;
    }

    /// <summary>What has come before the load began, whole frames among it; no longer kept here.</summary>
    public byte[] TakeRest()
    {
        var rest = _rest[.._restBytes];
        _restBytes = 0;
        return rest;
    }

    /// <summary>The beginning of a frame, for the next time.</summary>
    public void KeepRest(ReadOnlySpan<byte> rest)
    {
        if (_rest.Length < rest.Length)
            _rest = new byte[Math.Max(1024, rest.Length * 2)];
        rest.CopyTo(_rest);
        _restBytes = rest.Length;
    }

    public void Close()
    {
        IsClosed = true;
        socket.Dispose();
    }

    public void Dispose() => Close();

    static ReadOnlySpan<byte> Wrap(ReadOnlySpan<byte> text)
    {
        if (_frame is null || _frame.Length < text.Length + WebSocketFraming.MaxHead)
            _frame = new byte[text.Length + 64 * 1024];
        return _frame.AsSpan(0, WebSocketFraming.Wrap(text, _frame));
    }

    bool TrySend(ReadOnlySpan<byte> bytes, out int sent)
    {
        sent = socket.Send(bytes, SocketFlags.None, out var error);
        if (error == SocketError.WouldBlock)
            sent = 0;
        return error is SocketError.Success or SocketError.WouldBlock;
    }

    void Keep(ReadOnlySpan<byte> bytes)
    {
        if (_unsent.Length - _unsentTo < bytes.Length)
            Array.Resize(ref _unsent, Math.Max(_unsent.Length * 2, _unsentTo + bytes.Length));
        bytes.CopyTo(_unsent.AsSpan(_unsentTo));
        _unsentTo += bytes.Length;
    }
}
