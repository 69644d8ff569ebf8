using Chat.Node.Contracts;
using Chat.Node.Webhooks;
using Xunit;

namespace Chat.Tests.Webhooks;

/// <summary>What an operator sees of the last requests.</summary>
public sealed class RecentAttemptsTests
{
    readonly RecentAttempts _attempts = new();

    [Fact]
    public void The_newest_come_first_and_each_endpoint_has_its_own()
    {
        Note(1, at: 10);
        Note(1, at: 20, isTaken: false);
        Note(1, at: 20);
        Note(1, at: 30, isTaken: false);
        Note(2, at: 40);
        Assert.Equal([(30L, false), (20L, true), (20L, false), (10L, true)], _attempts.Of(1).Select(attempt => (attempt.At, attempt.IsTaken)));
        Assert.Equal([40L], _attempts.Of(2).Select(attempt => attempt.At));
        Assert.Empty(_attempts.Of(3));
    }

    [Fact]
    public void A_refusal_is_not_pushed_out_by_what_is_taken_and_both_are_bounded()
    {
        Note(1, at: 0, isTaken: false);
        for (var at = 1; at <= 3 * RecentAttempts.Kept; at++)
            Note(1, at);
        Assert.Equal((RecentAttempts.Kept + 1, 0L), (_attempts.Of(1).Count, _attempts.Of(1)[^1].At));

        for (var at = 1; at <= 3 * RecentAttempts.Kept; at++)
            Note(1, 1000 + at, isTaken: false);
        Assert.Equal(2 * RecentAttempts.Kept, _attempts.Of(1).Count);
        Assert.Equal((1000 + (2 * RecentAttempts.Kept) + 1, 1000 + (3 * RecentAttempts.Kept)), Range(_attempts.Of(1).Where(attempt => !attempt.IsTaken)));
    }

    [Fact]
    public void Endpoints_are_bounded_and_the_one_that_was_silent_longest_goes()
    {
        for (var endpoint = 1; endpoint <= RecentAttempts.MaxEndpoints; endpoint++)
            Note(endpoint, at: endpoint);
        Note(1, at: 1000);
        Note(9999, at: 1001);
        Assert.NotEmpty(_attempts.Of(1));
        Assert.Empty(_attempts.Of(2));
        Assert.NotEmpty(_attempts.Of(9999));
    }

    [Fact]
    public void A_long_reason_is_cut()
    {
        _attempts.Note(1, new WebhookAttempt("e:1", 1, 1, false, new string('x', 100_000), 5));
        Assert.Equal(new string('x', 200), Assert.Single(_attempts.Of(1)).Reason);
    }

    static (int, int) Range(IEnumerable<WebhookAttempt> attempts) => ((int)attempts.Min(attempt => attempt.At), (int)attempts.Max(attempt => attempt.At));

    void Note(long endpoint, long at, bool isTaken = true) => _attempts.Note(endpoint, new WebhookAttempt($"e:{at}", at, 1, isTaken, "status", 5));
}
