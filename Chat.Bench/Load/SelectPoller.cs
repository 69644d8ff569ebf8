using System.Diagnostics;
using System.Net.Sockets;

namespace Chat.Bench.Load;

/// <summary>Works on every system, but looks at every socket each time: for some hundred connections.</summary>
sealed class SelectPoller : IPoller
{
    readonly Dictionary<Socket, int> _reading = [];
    readonly Dictionary<Socket, int> _writing = [];

    public void Add(Socket socket, int index) => _reading[socket] = index;

    public void WatchWriting(Socket socket, int index, bool isWatched)
    {
        if (isWatched)
            _writing[socket] = index;
        else
            _writing.Remove(socket);
    }

    public void Remove(Socket socket, int index)
    {
        _reading.Remove(socket);
        _writing.Remove(socket);
    }

    public int Wait(Span<PollEvent> events, long ticks)
    {
        var microseconds = (int)Math.Min(int.MaxValue, Math.Max(0, ticks) * 1_000_000 / Stopwatch.Frequency);
        if (_reading.Count == 0)
        {
            Thread.Sleep(TimeSpan.FromMicroseconds(microseconds));
            return 0;
        }

        List<Socket> readable = [.. _reading.Keys];
        List<Socket> writable = [.. _writing.Keys];
        Socket.Select(readable, writable, null, microseconds);
        var count = 0;
        foreach (var socket in readable.Take(events.Length))
            events[count++] = new(_reading[socket], IsReadable: true, IsWritable: false);
        foreach (var socket in writable.Take(events.Length - count))
            events[count++] = new(_writing[socket], IsReadable: false, IsWritable: true);
        return count;
    }

    public void Dispose()
    {
        _reading.Clear();
        _writing.Clear();
    }
}
