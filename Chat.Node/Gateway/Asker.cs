using Chat.Protocol;

namespace Chat.Node.Gateway;

/// <summary>Who asks for something.</summary>
/// <param name="UserId">The user.</param>
/// <param name="SessionId">The session whose client asks.</param>
/// <param name="SpeaksNext">Whether that client speaks version 3 of the protocol.</param>
readonly record struct Asker(int UserId, long SessionId, bool SpeaksNext)
{
    /// <summary>The product's own servers, who are no user: they see what everybody together sees.</summary>
    public static readonly Asker Product = new(0, 0, SpeaksNext: true);

    /// <summary>The device on which that client runs; null: it does not say.</summary>
    public string? Device { get; init; }

    public int Protocol => SpeaksNext ? ModernFrames.NewestProtocolVersion : ModernFrames.ProtocolVersion;
}
