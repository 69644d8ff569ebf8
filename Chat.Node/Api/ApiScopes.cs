namespace Chat.Node.Api;

/// <summary>What a key may do. The values are stored.</summary>
[Flags]
enum ApiScopes
{
    None = 0,

    /// <summary>Look at users, presence, groups, conversations and messages.</summary>
    Read = 1,

    /// <summary>Send messages in anybody's name.</summary>
    Send = 2,

    /// <summary>Make and change users, tokens, groups and keys.</summary>
    Manage = 4,

    All = Read | Send | Manage,
}

/// <summary>The words for scopes in requests and answers.</summary>
static class ApiScopeNames
{
    public static IReadOnlyList<string> All { get; } = ["read", "send", "manage"];

    /// <summary>Null if one of the words is no scope, or there is none.</summary>
    public static ApiScopes? Parse(IReadOnlyCollection<string?>? words)
    {
        var scopes = ApiScopes.None;
        foreach (var word in words ?? [])
        {
            var at = word is null ? -1 : ((List<string>)[.. All]).IndexOf(word);
            if (at < 0)
                return null;
            scopes |= (ApiScopes)(1 << at);
        }

        return scopes == ApiScopes.None ? null : scopes;
    }

    public static IReadOnlyList<string> Of(ApiScopes scopes) => [.. All.Where((_, at) => scopes.HasFlag((ApiScopes)(1 << at)))];
}
