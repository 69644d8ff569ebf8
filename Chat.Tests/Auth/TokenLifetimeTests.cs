using Chat.Node.Auth;
using Xunit;

namespace Chat.Tests.Auth;

public sealed class TokenLifetimeTests
{
    static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Theory]
    [InlineData(3600, null, null, "Valid")]
    [InlineData(-59, null, null, "Valid")]
    [InlineData(-60, null, null, "Expired")]
    [InlineData(24 * 3600 + 60, null, null, "Valid")]
    [InlineData(24 * 3600 + 61, null, null, "Wrong")]
    [InlineData(null, null, null, "Wrong")]
    [InlineData(3600, 60, 60, "Valid")]
    [InlineData(3600, 61, null, "Wrong")]
    [InlineData(3600, null, 61, "Wrong")]
    public void Seconds_from_now_decide_and_the_clocks_may_differ_by_a_minute(int? expires, int? notBefore, int? issued, string verdict) =>
        Assert.Equal(verdict, (TokenLifetime.Problem(At(expires), At(notBefore), At(issued), 24, Now)?.Verdict ?? TokenVerdict.Valid).ToString());

    [Theory]
    [InlineData(10, 10)]
    [InlineData(0, 60)]
    [InlineData(-20, 40)]
    public void A_session_ends_with_its_token_or_when_no_clock_doubts_that_it_is_over(int expires, int ends) =>
        Assert.Equal(At(ends), TokenLifetime.SessionEnd(At(expires)!.Value, Now));

    /// <summary>An issuer that counts in milliseconds: what the library makes of that is the last time there is.</summary>
    [Fact]
    public void A_time_in_milliseconds_is_called_what_it_is()
    {
        var problem = TokenLifetime.Problem(DateTimeOffset.MaxValue, null, null, 24, Now);
        Assert.Equal((TokenVerdict.Wrong, "its \"exp\" is more than 24 h ahead: seconds since 1970 are expected, not milliseconds"), (problem?.Verdict, problem?.Reason));
        Assert.Equal("its \"exp\" is more than 24 h ahead", TokenLifetime.Problem(Now.AddDays(9), null, null, 24, Now)?.Reason);
    }

    static DateTimeOffset? At(int? seconds) => seconds is { } known ? Now.AddSeconds(known) : null;
}
