namespace Chat.Node.Storage;

/// <summary>An endpoint does not take the next event of the outbox.</summary>
/// <param name="Attempts">How often that was tried.</param>
/// <param name="FailingSince">When the first attempt failed, in milliseconds since 1970, UTC.</param>
/// <param name="Due">When the next attempt is due, in milliseconds since 1970, UTC.</param>
sealed record OutboxTrouble(int Attempts, long FailingSince, long Due);

/// <summary>A receiver of events.</summary>
/// <param name="Id">Given by the database.</param>
/// <param name="Url">Where events are posted to.</param>
/// <param name="Secrets">Bytes that events are signed with, the newest first; several while they are being changed.</param>
/// <param name="Types">The events that it wants; empty: all but those that are only for who names them.</param>
/// <param name="IsBatch">Whether one request brings several messages of a conversation.</param>
/// <param name="DisabledReason">Why nothing is sent any more; null: it is sent.</param>
/// <param name="OutboxTo">It has the events of the outbox up to this one.</param>
/// <param name="Created">Milliseconds since 1970, UTC.</param>
/// <param name="DisabledAt">Since when nothing is sent; null: it is sent, or that is not known.</param>
/// <param name="ForgottenAt">Since when nothing is kept for it: it was off for too long.</param>
/// <param name="Trouble">That it does not take the next event of the outbox; null: it does.</param>
sealed record WebhookEndpoint(
    long Id, string Url, IReadOnlyList<byte[]> Secrets, IReadOnlyList<string> Types, bool IsBatch, string? DisabledReason, long OutboxTo, long Created,
    long? DisabledAt = null, long? ForgottenAt = null, OutboxTrouble? Trouble = null)
{
    public bool IsEnabled => DisabledReason is null;

    /// <summary>What of its address may be in the log.</summary>
    public string Host => new Uri(Url).Host;

    /// <summary>What it lacks is kept: it is on, or it may be switched on again before it is forgotten.</summary>
    public bool IsKept => IsEnabled || (DisabledAt is not null && ForgottenAt is null);

    /// <summary>Whether events of a type are for it.</summary>
    public bool Gets(string type) => IsKept && Wants(type);

    public bool Wants(string type) => Types.Count == 0 ? type != WebhookTypes.ReceiptRead : Types.Contains(type);

    /// <summary>Whether anything of conversations is for it: messages, or what becomes of them.</summary>
    public bool FollowsConversations => Follows(isOfChanges: false) || Follows(isOfChanges: true);

    /// <summary>Whether messages are for it, or what becomes of them.</summary>
    public bool Follows(bool isOfChanges) => IsKept && (isOfChanges ? WantsChanges : Wants(WebhookTypes.MessageCreated));

    public bool WantsChanges => WebhookTypes.Changes.Any(Wants);

    /// <summary>Switched off from now on, or still.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="now">Milliseconds since 1970, UTC.</param>
    public WebhookEndpoint Off(string reason, long now) =>
        IsEnabled ? this with { DisabledReason = reason, DisabledAt = now, ForgottenAt = null } : this with { DisabledReason = reason };

    public WebhookEndpoint On() => this with { DisabledReason = null, DisabledAt = null, ForgottenAt = null };
}
