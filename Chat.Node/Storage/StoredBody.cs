using System.Text.Json;

namespace Chat.Node.Storage;

/// <summary>Bodies from tables that other programs write too. Pure.</summary>
static class StoredBody
{
    /// <summary>Whether it is one JSON object: only such a one can be pushed.</summary>
    public static bool IsObject(ReadOnlySpan<byte> body)
    {
        try
        {
            var reader = new Utf8JsonReader(body);
            return reader.Read() && reader.TokenType == JsonTokenType.StartObject && reader.TrySkip() && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
