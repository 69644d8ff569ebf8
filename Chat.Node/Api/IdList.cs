namespace Chat.Node.Api;

/// <summary>Users by their ids.</summary>
/// <param name="Ids">1 to 1000 of them.</param>
sealed record IdList(IReadOnlyList<int>? Ids)
{
    public const int Max = 1000;

    /// <summary>Null, and the ids, each once; or what is wrong with them.</summary>
    public ApiProblem? Read(out int[] ids)
    {
        ids = Ids is null ? [] : [.. Ids.Distinct()];
        return Ids is { Count: > 0 and <= Max } && !Ids.Any(id => id < 1) ? null : ApiProblem.Malformed($"\"ids\" must be a list of 1 to {Max} ids, each above 0");
    }
}
