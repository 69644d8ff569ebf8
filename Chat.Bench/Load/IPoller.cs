using System.Net.Sockets;

namespace Chat.Bench.Load;

/// <summary>Tells which of many sockets are ready. For one thread.</summary>
interface IPoller : IDisposable
{
    /// <summary>Watches a socket for something to read; <paramref name="index"/> comes back with its events.</summary>
    void Add(Socket socket, int index);

    /// <summary>Whether to watch it for room to write as well.</summary>
    void WatchWriting(Socket socket, int index, bool isWatched);

    void Remove(Socket socket, int index);

    /// <summary>Waits until something is ready, at most so long (ticks of the clock); returns how many events there are.</summary>
    int Wait(Span<PollEvent> events, long ticks);
}

/// <summary>A socket that is ready.</summary>
readonly record struct PollEvent(int Index, bool IsReadable, bool IsWritable);
