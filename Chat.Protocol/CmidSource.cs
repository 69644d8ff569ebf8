namespace Chat.Protocol;

/// <summary>
/// Makes ids of messages (cmids): 14 hexadecimal digits of the time, which ascend even if the clock goes back, then what no other source
/// has. The ids of all sources ascend together, as far as their clocks agree, which is the cheapest for a log. One thread at a time may
/// ask for the next.
/// </summary>
/// <param name="suffix">
/// What no other source has, not even one on another device of the same user, or this one after a restart: random. Two sources with the
/// same suffix can give two messages the same id, and the second is taken for a repetition.
/// </param>
/// <param name="clock">Says the time that ids begin with.</param>
/// <param name="prefix">Stands in front of the time.</param>
public sealed class CmidSource(string suffix, TimeProvider clock, string prefix = "")
{
    /// <summary>So many bits below a millisecond: 4096 ids. Who needs more runs ahead of the clock.</summary>
    const int CountBits = 12;

    readonly string _ending = $"-{suffix}";
    long _last;

    /// <summary>The id of the next message.</summary>
    public string Next()
    {
        _last = Math.Max(_last + 1, clock.GetUtcNow().ToUnixTimeMilliseconds() << CountBits);
        return $"{prefix}{_last:x14}{_ending}";
    }

    /// <summary>Whether an id is of this source.</summary>
    public bool IsOwn(string cmid) => cmid.StartsWith(prefix, StringComparison.Ordinal) && cmid.EndsWith(_ending, StringComparison.Ordinal);
}
