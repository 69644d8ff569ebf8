using System.Text.Json;

namespace Chat.Protocol;

/// <summary>101: what the server says of itself.</summary>
/// <param name="Node">Its name, for people.</param>
/// <param name="Heartbeat">Who says nothing for so long is taken for gone; zero: nobody is.</param>
/// <param name="MaxFrameBytes">The largest object that it reads; 0: it does not say.</param>
public sealed record HelloReply(string Node, TimeSpan Heartbeat, int MaxFrameBytes)
{
    /// <summary>Written by <see cref="ModernFrames.HelloAck"/>.</summary>
    /// <exception cref="FormatException">No server of ours sends this.</exception>
    public static HelloReply Read(JsonElement json) => new(
        json.OptionalText("node") ?? "", TimeSpan.FromSeconds(json.OptionalNumber("heartbeat")), (int)Math.Min(json.OptionalNumber("maxframe"), int.MaxValue));
}
