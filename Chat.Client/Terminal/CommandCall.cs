namespace Chat.Client.Terminal;

/// <summary>A line that was typed, read as a command.</summary>
sealed record CommandCall(CommandSpec Spec, IReadOnlyList<string> Arguments)
{
    public string Name => Spec.Name;

    /// <summary>A parameter, or null when it was left out.</summary>
    public string? this[int index] => index < Arguments.Count ? Arguments[index] : null;
}
