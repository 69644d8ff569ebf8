using System.Text.Json;

namespace Chat.Protocol;

/// <summary>
/// What every object of a server has. It is read with <see cref="JsonElement"/>s: a missing key is an empty value, and what no server of
/// ours sends is a <see cref="FormatException"/>.
/// </summary>
public static class ServerObject
{
    /// <summary>Its <c>msgid</c>: one of <see cref="MessageKind"/>, or one that a later server has.</summary>
    /// <exception cref="FormatException">It is no number.</exception>
    public static long KindOf(JsonElement json) => json.OptionalNumber("msgid");

    /// <summary>The <c>ref</c> of the request that it answers, or null.</summary>
    /// <exception cref="FormatException">It is no number: a client that gives numbers gets numbers.</exception>
    public static long? RefOf(JsonElement json) => !json.TryGetProperty("ref", out var value) ? null
        : value.ValueKind != JsonValueKind.Number ? throw new FormatException("\"ref\" has an unexpected value")
        : value.TryGetInt64(out var number) ? number : null;
}
