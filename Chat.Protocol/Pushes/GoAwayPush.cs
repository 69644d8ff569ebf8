using System.Text.Json;

namespace Chat.Protocol;

/// <summary>106: the server asks to reconnect elsewhere.</summary>
/// <param name="Reason">For people.</param>
/// <param name="After">When this connection ends.</param>
public sealed record GoAwayPush(string Reason, TimeSpan After)
{
    /// <summary>Written by <see cref="ModernFrames.GoAway"/>.</summary>
    /// <exception cref="FormatException">No server of ours sends this.</exception>
    public static GoAwayPush Read(JsonElement json) => new(json.OptionalText("reason") ?? "", TimeSpan.FromMilliseconds(json.OptionalNumber("after")));
}
