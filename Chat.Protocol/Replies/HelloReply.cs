using System.Text.Json;

namespace Chat.Protocol;

/// <summary>101: what the server says of itself.</summary>
/// <param name="Node">Its name, for people.</param>
/// <param name="Heartbeat">Who says nothing for so long is taken for gone; zero: nobody is.</param>
/// <param name="MaxFrameBytes">The largest object that it reads; 0: it does not say.</param>
public sealed record HelloReply(string Node, TimeSpan Heartbeat, int MaxFrameBytes)
{
    /// <summary>The version of the protocol that is spoken on the connection.</summary>
    public int Protocol { get; init; } = ModernFrames.ProtocolVersion;

    /// <summary>What the server can do of it (docs/PROTOCOL.md); none below version 3.</summary>
    public IReadOnlyList<string> Features { get; init; } = [];

    /// <summary>Written by <see cref="ModernFrames.HelloAck"/>.</summary>
    /// <exception cref="FormatException">No server of ours sends this.</exception>
    public static HelloReply Read(JsonElement json) => new(
        json.OptionalText("node") ?? "", TimeSpan.FromSeconds(json.OptionalNumber("heartbeat")), (int)Math.Min(json.OptionalNumber("maxframe"), int.MaxValue))
    {
        Protocol = (int)Math.Clamp(json.OptionalNumber("protocol"), ModernFrames.ProtocolVersion, ModernFrames.NewestProtocolVersion),
        Features = ReadFeatures(json),
    };

    static string[] ReadFeatures(JsonElement json) => json.TryGetProperty("features", out _)
        ? [.. json.OptionalItems("features").Select(item => item.ValueKind == JsonValueKind.String ? item.GetString()! : throw new FormatException("a feature that is no text"))]
        : [];
}
