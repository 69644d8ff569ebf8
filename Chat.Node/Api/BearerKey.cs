namespace Chat.Node.Api;

/// <summary>The key of a request: <c>Authorization: Bearer KEY</c>.</summary>
static class BearerKey
{
    const string Scheme = "Bearer ";

    /// <summary>Null: it has none.</summary>
    public static string? Of(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        return header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? header[Scheme.Length..].Trim() : null;
    }
}
