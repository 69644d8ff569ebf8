using System.Text;

namespace Chat.Bench.Fuzzing;

/// <summary>A promise was broken; the message names it, and nothing of the input, so that inputs which break the same one are recognised.</summary>
sealed class BrokenPromiseException(string promise) : Exception(promise);

/// <summary>
/// Something that takes bytes from strangers. It ends by itself, asks for no more memory than <see cref="MaxAllocated"/>, and lets no exception out:
/// those that its contract names it catches itself.
/// </summary>
abstract class FuzzTarget
{
    public abstract string Name { get; }

    /// <summary>Good inputs, and such as are nearly good: what is tried is made of them.</summary>
    public abstract IReadOnlyList<byte[]> Seeds { get; }

    /// <summary>What means something there, to be put in anywhere.</summary>
    public virtual IReadOnlyList<byte[]> Words => [];

    /// <summary>No longer input is tried.</summary>
    public virtual int MaxBytes => 8192;

    /// <summary>Bytes that an input may cost, by its length.</summary>
    public virtual long MaxAllocated(int length) => (64 * 1024) + (400L * length);

    /// <summary>What became of an input, in few words: inputs with a new answer are worth being changed further.</summary>
    /// <exception cref="BrokenPromiseException">It should not have become of it.</exception>
    public abstract string Run(byte[] input);

    protected static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    protected static void Require(bool holds, string promise)
    {
        if (!holds)
            throw new BrokenPromiseException(promise);
    }
}
