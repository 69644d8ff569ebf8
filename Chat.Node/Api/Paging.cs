namespace Chat.Node.Api;

/// <summary>The bounds of lists that come page by page.</summary>
static class Paging
{
    public const int Default = 100;

    public const int Max = 1000;

    /// <summary>What the document says of a length.</summary>
    public const string LimitWords = "1 to 1000, 100 without it";

    /// <summary>What the document says of a place, where it is an id.</summary>
    public const string AfterWords = "only ids above this one, the last one of the page before";

    /// <summary>What is wrong with the place where a page begins, or with its length; null if nothing is.</summary>
    public static ApiProblem? Problem(long? after, int? limit)
    {
        if (after < 0)
            return ApiProblem.Malformed("\"after\" must not be below 0");
        return limit is < 1 or > Max ? ApiProblem.Malformed($"\"limit\" must be from 1 to {Max}") : null;
    }
}
