using System.Diagnostics;

namespace Chat.Node.Storage.MySql;

/// <summary>
/// Whether something may have been done although no answer came. What was given up before it could do anything never does. Safe to use
/// from any thread.
/// </summary>
/// <param name="started">When its caller began to wait.</param>
/// <param name="patience">How long its caller waits.</param>
sealed class Effect(long started, TimeSpan patience)
{
    const int None = 0;
    const int Possible = 1;
    const int GivenUp = 2;

    int _state;

    public bool IsPossible => Volatile.Read(ref _state) == Possible;

    /// <summary>In front of what cannot be taken back.</summary>
    /// <exception cref="StorageException">The caller was told that there is no answer: then nothing may come of it.</exception>
    public void Begin()
    {
        if (Stopwatch.GetElapsedTime(started) >= patience || Interlocked.CompareExchange(ref _state, Possible, None) == GivenUp)
            throw new StorageException("MySQL: given up before the commit");
    }

    /// <summary>Nobody waits any more. What has not begun never begins.</summary>
    public void GiveUp() => Interlocked.CompareExchange(ref _state, GivenUp, None);
}
