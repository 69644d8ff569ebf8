namespace Chat.Node.Api;

/// <summary>The bounds of lists that come page by page.</summary>
static class Paging
{
    public const int Default = 100;

    public const int Max = 1000;

    /// <summary>What is wrong with the place where a page begins, or with its length; null if nothing is.</summary>
    public static ApiProblem? Problem(long? after, int? limit)
    {
        if (after < 0)
            return ApiProblem.Malformed("\"after\" must not be below 0");
        return limit is < 1 or > Max ? ApiProblem.Malformed($"\"limit\" must be from 1 to {Max}") : null;
    }
}
