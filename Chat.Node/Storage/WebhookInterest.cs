namespace Chat.Node.Storage;

/// <summary>
/// Which types of events some endpoint wants, on or off for a while, as this node has read it last, about a second ago: what nobody wants is not written. Until endpoints
/// have been read everything may be wanted.
/// </summary>
sealed class WebhookInterest
{
    volatile HashSet<string> _wanted = [.. WebhookTypes.All];

    /// <summary>Somebody in this process wants to know who is to be woken.</summary>
    public bool HasPushSenders { get; init; }

    public bool Wants(string type) => _wanted.Contains(type);

    /// <summary>Whether anybody wants to know who is to be woken.</summary>
    public bool WantsPushes => HasPushSenders || Wants(WebhookTypes.PushRequired);

    /// <summary>The endpoints as they are now.</summary>
    public void OnRead(IReadOnlyList<WebhookEndpoint> endpoints) =>
        _wanted = [.. WebhookTypes.All.Where(type => endpoints.Any(endpoint => endpoint.Gets(type)))];
}
