namespace Chat.Node.Storage;

/// <summary>What is looked up for webhooks of each <c>[a, b]</c> in <c>@ids</c>, a JSON array of conversations.</summary>
abstract class WebhookSql
{
    /// <summary>Marks of messages.</summary>
    public abstract string Marks { get; }

    /// <summary>How far endpoints have come with messages.</summary>
    public abstract string Cursors { get; }

    /// <summary>Marks of changes.</summary>
    public abstract string ChangeMarks { get; }

    /// <summary>How far endpoints have come with changes.</summary>
    public abstract string ChangeCursors { get; }
}
