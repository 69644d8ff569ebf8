namespace Chat.Node.Auth;

/// <summary>What came of a token (JWT).</summary>
enum TokenVerdict
{
    Valid,

    /// <summary>It was good, and its time is over.</summary>
    Expired,

    Wrong,

    /// <summary>The keys of its issuer are not to be had, or may be old: nobody can say.</summary>
    Unknown,
}

/// <summary>What a verified token says.</summary>
/// <param name="Issuer">Its <c>iss</c>.</param>
/// <param name="Subject">Its <c>sub</c>, 1 to <see cref="MaxSubjectBytes"/> bytes.</param>
/// <param name="Expires">Its <c>exp</c>; may be over, by no more than the clocks may differ.</param>
sealed record TokenClaims(string Issuer, string Subject, DateTimeOffset Expires)
{
    /// <summary>The longest <c>sub</c>, in bytes of UTF-8.</summary>
    public const int MaxSubjectBytes = 200;

    /// <summary>Its <c>iat</c>.</summary>
    public DateTimeOffset? Issued { get; init; }

    /// <summary>What the user wants to be called.</summary>
    public string? Name { get; init; }

    /// <summary>Where the user's picture is.</summary>
    public string? Avatar { get; init; }
}

/// <summary>The verdict on a token; the claims go with <see cref="TokenVerdict.Valid"/>.</summary>
/// <param name="Verdict">What came of it.</param>
/// <param name="Reason">For the log; never a part of the token but its issuer.</param>
/// <param name="Claims">What it says.</param>
sealed record TokenCheck(TokenVerdict Verdict, string Reason, TokenClaims? Claims)
{
    public static TokenCheck Valid(TokenClaims claims) => new(TokenVerdict.Valid, "", claims);

    public static TokenCheck Not(TokenVerdict verdict, string reason) => new(verdict, reason, null);
}
