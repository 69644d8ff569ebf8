using System.Text.Json;

namespace Chat.Protocol;

/// <summary>106: the server is about to end this connection.</summary>
/// <param name="Reason">For people; <c>expired</c> and <c>revoked</c> say which login is over.</param>
/// <param name="After">When this connection ends.</param>
public sealed record GoAwayPush(string Reason, TimeSpan After)
{
    /// <summary>Whether to log in again elsewhere with what was used here; else the login is over.</summary>
    public bool MayReconnect { get; init; } = true;

    /// <summary>Written by <see cref="ModernFrames.GoAway"/> and <see cref="ModernFrames.LoginIsOver"/>.</summary>
    /// <exception cref="FormatException">No server of ours sends this.</exception>
    public static GoAwayPush Read(JsonElement json) =>
        new(json.OptionalText("reason") ?? "", TimeSpan.FromMilliseconds(json.OptionalNumber("after"))) { MayReconnect = !json.IsFalse("reconnect") };
}
