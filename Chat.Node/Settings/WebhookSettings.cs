namespace Chat.Node.Settings;

/// <summary>Settings of <c>Chat:Webhooks</c>.</summary>
sealed record WebhookSettings
{
    /// <summary>Endpoints may be at loopback and private addresses.</summary>
    public bool AllowPrivate { get; init; }

    /// <summary>Whether <c>push.required</c> tells the beginning of the text.</summary>
    public bool PushPreview { get; init; } = true;

    /// <summary>In groups with more members mentions alone wake who has said nothing of it; 0: in none.</summary>
    public int PushMentionsOnlyAbove { get; init; } = 200;
}
