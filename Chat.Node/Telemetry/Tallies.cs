using System.Diagnostics.Metrics;

namespace Chat.Node.Telemetry;

/// <summary>
/// Counts of something, one for each value of a tag. To count is one addition and makes nothing; measurements are made for who reads them. Safe to use
/// from any thread.
/// </summary>
/// <param name="tag">The name of the tag.</param>
/// <param name="values">All values that it has: never anything that a client chooses.</param>
sealed class Tallies(string tag, params IReadOnlyList<string> values)
{
    readonly long[] _counts = new long[values.Count];
    readonly KeyValuePair<string, object?>[][] _tags = [.. values.Select(value => (KeyValuePair<string, object?>[])[new(tag, value)])];

    public void Add(int at, long count = 1) => Interlocked.Add(ref _counts[at], count);

    public long this[int at] => Interlocked.Read(ref _counts[at]);

    /// <summary>All of them together.</summary>
    public long Sum => Enumerable.Range(0, _counts.Length).Sum(at => this[at]);

    public IEnumerable<Measurement<long>> Read()
    {
        for (var at = 0; at < _counts.Length; at++)
            yield return new Measurement<long>(this[at], _tags[at]);
    }

    /// <summary>The names of an enumeration as values of a tag: <c>TooLarge</c> is <c>too_large</c>.</summary>
    public static IReadOnlyList<string> NamesOf<T>()
        where T : struct, Enum => [.. Enum.GetNames<T>().Select(ToTag)];

    static string ToTag(string name) => string.Concat(name.Select((letter, at) =>
        char.IsAsciiLetterUpper(letter) ? $"{(at > 0 ? "_" : "")}{char.ToLowerInvariant(letter)}" : letter.ToString()));
}
