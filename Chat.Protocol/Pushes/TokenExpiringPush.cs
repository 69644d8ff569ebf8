using System.Text.Json;

namespace Chat.Protocol;

/// <summary>142: the session's token (JWT) expires; a newer one (141) keeps the session.</summary>
/// <param name="In">After this time.</param>
public sealed record TokenExpiringPush(TimeSpan In)
{
    /// <summary>Written by <see cref="ModernFrames.TokenExpiring"/>.</summary>
    /// <exception cref="FormatException">No server of ours sends this.</exception>
    public static TokenExpiringPush Read(JsonElement json) => new(TimeSpan.FromSeconds(json.OptionalNumber("in")));
}
