using System.Diagnostics;
using Xunit;

namespace Chat.Tests.Support;

static class Eventually
{
    /// <summary>Long enough for a busy machine; nothing waits for all of it unless it fails.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Asks until the answer is the expected one.</summary>
    public static async Task EqualAsync<T>(T expected, Func<Task<T?>> actual, TimeSpan? patience = null)
    {
        var since = Stopwatch.GetTimestamp(); // the machine's clock may be set meanwhile, by tests too
        while (true)
        {
            var value = await actual();
            if (EqualityComparer<T>.Default.Equals(value, expected) || Stopwatch.GetElapsedTime(since) > (patience ?? Patience))
            {
                Assert.Equal(expected, value);
                return;
            }

            await Task.Delay(20);
        }
    }

    public static Task TrueAsync(Func<bool> condition) => EqualAsync(true, () => Task.FromResult(condition()));
}
