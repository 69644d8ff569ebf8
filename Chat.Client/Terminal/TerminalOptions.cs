using ChatActors.Client;
namespace Chat.Client.Terminal;

/// <summary>What the command line asked for.</summary>
sealed record TerminalOptions(ChatClientOptions Client)
{
    /// <summary>As whom to log in at once; null: not yet.</summary>
    public string? Name { get; init; }

    public string? Password { get; init; }

    /// <summary>Whether to log in at once with a token (JWT) of the product, which the client's options give.</summary>
    public bool HasTokenCommand => Client.GetToken is not null;

    /// <summary>Whether to create the account before.</summary>
    public bool Register { get; init; }

    /// <summary>Whether to write lines where the whole screen could be used.</summary>
    public bool IsPlain { get; init; }

    /// <summary>How long a command may take in a script.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Where to keep how far the user has got.</summary>
    public string? StatePath { get; init; }
}
