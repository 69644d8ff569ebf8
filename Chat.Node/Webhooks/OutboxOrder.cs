using Chat.Node.Storage;

namespace Chat.Node.Webhooks;

/// <summary>
/// Events get their numbers when they are inserted, and are seen when they are committed: a lower number may turn up later. Nobody waits for that, since numbers are
/// missing for good, too: of what was rolled back, and, where a database gives each of its servers numbers of its own, between any two. So what is there is brought, and
/// until whoever had a missing number must have committed or failed, it is remembered what was brought behind it. That is waited for by the clock of who waits: what
/// was seen then had its number before, and so had everything below it. Pure.
/// </summary>
static class OutboxOrder
{
    /// <summary>Longer than any transaction lives.</summary>
    public const long PatienceMilliseconds = 30_000;

    /// <summary>What fails for a day is given up, together with what is nearly as old: so that there is a gap in an hour at most.</summary>
    static readonly TimeSpan GivenUpTogether = TimeSpan.FromHours(1);

    /// <param name="numbers">Events above a number, in order.</param>
    /// <param name="after">That number.</param>
    /// <param name="oldTo">Below this number nothing can turn up any more.</param>
    /// <param name="isTaken">Whether the endpoint has an event, or does not want it.</param>
    /// <returns>The endpoint has everything up to here, and nothing can turn up any more.</returns>
    public static long Settled(IReadOnlyList<EventNumber> numbers, long after, long oldTo, Func<long, bool> isTaken)
    {
        foreach (var number in numbers)
        {
            if ((number.Id != after + 1 && number.Id > oldTo) || !isTaken(number.Id))
                break;
            after = number.Id;
        }

        return after;
    }

    /// <summary>Whether an event that the endpoint has just not taken is given up; else it is tried again.</summary>
    /// <param name="failed">The event.</param>
    /// <param name="now">Milliseconds since 1970, UTC.</param>
    public static bool IsGivenUp(WebhookEvent failed, long now) => now - failed.Created >= Backoff.GivenUpAfter.TotalMilliseconds;

    /// <param name="failed">An event that is given up.</param>
    /// <param name="behind">The events behind it, in order.</param>
    /// <param name="now">Milliseconds since 1970, UTC.</param>
    /// <returns>The last event that is given up with it.</returns>
    public static long GivenUpWith(WebhookEvent failed, IReadOnlyList<EventNumber> behind, long now) =>
        behind.TakeWhile(number => now - number.Created >= (Backoff.GivenUpAfter - GivenUpTogether).TotalMilliseconds).LastOrDefault()?.Id ?? failed.Id;
}
