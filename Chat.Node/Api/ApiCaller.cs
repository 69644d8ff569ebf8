namespace Chat.Node.Api;

/// <summary>Who asks: a key, by the number of its row (0 and below: one of the settings), what it may do, and what it is called.</summary>
sealed record ApiCaller(int KeyId, ApiScopes Scopes, string Title)
{
    /// <summary>For log lines: never the key.</summary>
    public string Name => KeyId > 0 ? $"key {KeyId}" : $"key {-KeyId} of the settings";
}
