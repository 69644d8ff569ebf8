using System.Collections.Concurrent;
using System.Net;

namespace Chat.Node.Gateway;

/// <summary>Login and register attempts per address and minute, on this node. Loopback is not limited.</summary>
sealed class AddressLimiter(int perMinute, TimeProvider clock)
{
    const int MaxAddresses = 100_000;

    sealed class Window
    {
        public long Minute;
        public int Count;
    }

    readonly ConcurrentDictionary<IPAddress, Window> _windows = new();
    volatile int _perMinute = perMinute;

    /// <summary>May be another one while the node runs; 0: as many as they like.</summary>
    public int PerMinute
    {
        get => _perMinute;
        set => _perMinute = value;
    }

    public bool TryEnter(IPAddress? address)
    {
        if (PerMinute == 0 || address is null || IPAddress.IsLoopback(address))
            return true;
        var minute = clock.GetUtcNow().ToUnixTimeSeconds() / 60;
        if (_windows.Count > MaxAddresses)
            Forget(minute);
        var window = _windows.GetOrAdd(address, _ => new Window());
        lock (window)
        {
            if (window.Minute != minute)
                (window.Minute, window.Count) = (minute, 0);
            return ++window.Count <= PerMinute;
        }
    }

    void Forget(long minute)
    {
        foreach (var (address, window) in _windows)
        {
            if (window.Minute != minute)
                _windows.TryRemove(address, out _);
        }
    }
}
