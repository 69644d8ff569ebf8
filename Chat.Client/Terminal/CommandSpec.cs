namespace Chat.Client.Terminal;

/// <summary>One command of the console: how it is written and what it is for.</summary>
/// <param name="Name">Written <c>/name</c>.</param>
/// <param name="Parameters">As the help shows them; the last takes the rest of the line.</param>
/// <param name="Summary">One line for the help.</param>
/// <param name="Required">How many parameters there must be.</param>
/// <param name="Maximum">How many there may be.</param>
sealed record CommandSpec(string Name, string Parameters, string Summary, int Required, int Maximum)
{
    /// <summary>Other names for <c>/name</c>.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>The legacy form, such as <c>chat:id:msg</c>, if there is one.</summary>
    public string? LegacyUsage { get; init; }

    /// <summary>What that begins with.</summary>
    public string? Legacy => LegacyUsage?.Split(':')[0];

    /// <summary>Whether it makes sense in a script only.</summary>
    public bool IsForScripts { get; init; }

    /// <summary>How to write it.</summary>
    public string Usage => Parameters.Length == 0 ? $"/{Name}" : $"/{Name} {Parameters}";
}
