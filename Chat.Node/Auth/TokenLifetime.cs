namespace Chat.Node.Auth;

/// <summary>From when and until when a token is good. Pure.</summary>
static class TokenLifetime
{
    /// <summary>So much the clocks of the issuer and of this node may differ.</summary>
    public static readonly TimeSpan Skew = TimeSpan.FromSeconds(60);

    /// <summary>No issuer means that: it counts in milliseconds.</summary>
    static readonly TimeSpan Absurd = TimeSpan.FromDays(365 * 100);

    /// <summary>Null if the token is good now; else what is wrong with its times.</summary>
    /// <param name="expires">Its <c>exp</c>.</param>
    /// <param name="notBefore">Its <c>nbf</c>.</param>
    /// <param name="issued">Its <c>iat</c>.</param>
    /// <param name="maxHours">So far ahead <c>exp</c> may be.</param>
    /// <param name="now">The time.</param>
    public static TokenCheck? Problem(DateTimeOffset? expires, DateTimeOffset? notBefore, DateTimeOffset? issued, int maxHours, DateTimeOffset now)
    {
        if (expires is not { } end)
            return TokenCheck.Not(TokenVerdict.Wrong, "it has no \"exp\"");
        if (now - end >= Skew) // nothing is added to a time that may be the last one there is
            return TokenCheck.Not(TokenVerdict.Expired, $"it expired {(now - end).TotalSeconds:0} s ago");
        if (end - now > TimeSpan.FromHours(maxHours) + Skew)
            return TokenCheck.Not(TokenVerdict.Wrong, $"its \"exp\" is more than {maxHours} h ahead{(end - now > Absurd ? ": seconds since 1970 are expected, not milliseconds" : "")}");
        if (notBefore > now + Skew)
            return TokenCheck.Not(TokenVerdict.Wrong, "its \"nbf\" is ahead");
        return issued > now + Skew ? TokenCheck.Not(TokenVerdict.Wrong, "its \"iat\" is ahead") : null;
    }

    /// <summary>When a session that stands on the token ends: with it, or, if only our clock says that it is over, when no clock doubts that.</summary>
    public static DateTimeOffset SessionEnd(DateTimeOffset expires, DateTimeOffset now) => expires > now ? expires : expires + Skew;
}
