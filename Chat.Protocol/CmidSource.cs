namespace Chat.Protocol;

/// <summary>
/// Makes the ids of messages (cmids) of one sender: 14 hexadecimal digits of the time that ascend, even if the clock goes back, then what
/// only this sender has. The ids of all senders ascend together, as far as their clocks agree, which is the cheapest for a log.
/// One thread at a time may ask for the next.
/// </summary>
public sealed class CmidSource(string suffix, string prefix = "", TimeProvider? clock = null)
{
    /// <summary>So many bits below a millisecond: 4096 ids.</summary>
    const int CountBits = 12;

    readonly TimeProvider _clock = clock ?? TimeProvider.System;
    long _last;

    /// <summary>The id of the next message.</summary>
    public string Next()
    {
        _last = Math.Max(_last + 1, _clock.GetUtcNow().ToUnixTimeMilliseconds() << CountBits);
        return $"{prefix}{_last:x14}-{suffix}";
    }

    /// <summary>Whether an id is of this source.</summary>
    public bool IsOwn(string cmid) => cmid.EndsWith(suffix, StringComparison.Ordinal) && cmid.Length == prefix.Length + 15 + suffix.Length;
}
