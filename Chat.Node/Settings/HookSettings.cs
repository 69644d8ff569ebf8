namespace Chat.Node.Settings;

/// <summary>What becomes of a message when the hook gives no answer.</summary>
enum HookFailure
{
    /// <summary>It is sent.</summary>
    Allow,

    /// <summary>It is refused with errno 10, so that it comes again.</summary>
    Deny,
}

/// <summary>Settings of <c>Chat:Hooks</c>.</summary>
sealed record HookSettings
{
    /// <summary>A server of the product that is asked about each message before it is sent; null: nobody is asked.</summary>
    public Uri? BeforeMessage { get; init; }

    public HookFailure OnFailure { get; init; }

    /// <summary>What requests are signed with, the newest first; none: they are not signed.</summary>
    public IReadOnlyList<byte[]> Secrets { get; init; } = [];

    /// <exception cref="SettingsException">A value is wrong, or one that has to be chosen is missing.</exception>
    public static HookSettings Read(SettingsReader reader)
    {
        var url = reader.Text("Hooks:BeforeMessage", "");
        var settings = new HookSettings { OnFailure = reader.Choice<HookFailure>("Hooks:OnFailure"), Secrets = SecretsOf(reader.Secret("Hooks:Secret")) };
        if (url.Length == 0)
        {
            reader.RefuseWithout("Hooks:BeforeMessage", "Hooks:OnFailure", "Hooks:Secret");
            return settings;
        }

        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https") || address.UserInfo.Length > 0)
            throw new SettingsException("Chat:Hooks:BeforeMessage is no address: expected is an http or https URL without user and password");
        if (!reader.IsSet("Hooks:OnFailure"))
            throw new SettingsException("Chat:Hooks:OnFailure is missing: allow or deny is expected, for messages about which Chat:Hooks:BeforeMessage gives no answer");
        return settings with { BeforeMessage = address };
    }

    /// <summary>Never repeats one in a message.</summary>
    static IReadOnlyList<byte[]> SecretsOf(string text)
    {
        var secrets = text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(WebhookSecret.Parse).ToList();
        if (secrets.Count == 0)
            return []; // always the same list: records that hold it are equal then
        return secrets.Count <= WebhookSecret.Max && !secrets.Contains(null)
            ? [.. secrets.OfType<byte[]>()]
            : throw new SettingsException($"Chat:Hooks:Secret is none: expected are 1 to {WebhookSecret.Max} texts with commas, each Base64 of 24 to 64 bytes, with or without whsec_ before it");
    }
}
