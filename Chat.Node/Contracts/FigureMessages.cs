namespace Chat.Node.Contracts;

/// <summary>One node to another: its figures are wanted. A node that does not know this does not answer.</summary>
sealed record AskFigures : IClusterMessage
{
    public static readonly AskFigures Instance = new();
}

/// <summary>The answer, as JSON: versions may differ in what they have.</summary>
sealed record FiguresTold(string Json) : IClusterMessage;
