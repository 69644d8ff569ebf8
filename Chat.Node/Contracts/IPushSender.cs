namespace Chat.Node.Contracts;

/// <summary>A user without a session has a message, and is to be woken.</summary>
/// <param name="User">The user.</param>
/// <param name="Conversation"><c>d:3:17</c> or <c>g:5</c>.</param>
/// <param name="Seq">The first message that waits.</param>
/// <param name="Ts">When it was sent, in milliseconds since 1970, UTC.</param>
/// <param name="From">Who wrote it.</param>
/// <param name="Group">The group; null between two users.</param>
/// <param name="Preview">Its text, at most 80 code points; null where previews are switched off.</param>
/// <param name="Badge">Unread messages of the user in all conversations; 1000 means that many or more.</param>
sealed record PushRequired(int User, string Conversation, long Seq, long Ts, int From, int? Group, string? Preview, int Badge)
{
    /// <summary>The user's devices that can be woken, as far as they are known here.</summary>
    public IReadOnlyList<PushDevice> Devices { get; init; } = [];
}

/// <summary>A device that can be woken.</summary>
/// <param name="Device">Its id, unique among the user's.</param>
/// <param name="Platform">What kind of device it is; may be empty.</param>
/// <param name="Provider">Whose service wakes it.</param>
/// <param name="Token">Its address there. A secret.</param>
sealed record PushDevice(string Device, string Platform, string Provider, string Token)
{
    /// <summary>Never shows a secret.</summary>
    public override string ToString() => $"{nameof(PushDevice)} {{ Device = {Device}, Provider = {Provider} }}";
}

/// <summary>
/// The place for a provider of pushes in the node itself, beside the webhooks. There is none yet. Called in one place of the cluster, for one push after
/// the other.
/// </summary>
interface IPushSender
{
    /// <summary>Wakes the user's devices. May be called again for the same push after a crash; what it throws, or 5 s, makes it come again.</summary>
    Task SendAsync(PushRequired push, CancellationToken cancelled);
}
