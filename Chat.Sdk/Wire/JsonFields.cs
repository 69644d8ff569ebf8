using System.Text.Json;

namespace ChatActors.Client.Wire;

/// <summary>Keys of an object, where a missing key is an empty value and a key of the wrong type is an error.</summary>
static class JsonFields
{
    extension(JsonElement frame)
    {
        public string? Text(string key) => frame.TryGetProperty(key, out var value)
            ? value.ValueKind switch
            {
                JsonValueKind.String => value.GetString(),
                JsonValueKind.Null => null,
                _ => throw Wrong(key),
            }
            : null;

        public long Number(string key)
        {
            if (!frame.TryGetProperty(key, out var value))
                return 0;
            return value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : throw Wrong(key);
        }

        /// <summary>A positive 32-bit number that must be there.</summary>
        public int Id(string key) => frame.Number(key) is > 0 and <= int.MaxValue and var id ? (int)id : throw Wrong(key);

        public bool Flag(string key) => frame.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.True;

        public IEnumerable<JsonElement> Items(string key)
        {
            if (!frame.TryGetProperty(key, out var value))
                return [];
            return value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : throw Wrong(key);
        }
    }

    static FormatException Wrong(string key) => new($"\"{key}\" has an unexpected value");
}
