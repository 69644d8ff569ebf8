using System.Text.Json;

namespace Chat.Protocol;

/// <summary>Keys of an object, where a missing key is an empty value and a key of the wrong type is an error.</summary>
static class JsonFields
{
    extension(JsonElement json)
    {
        public string? OptionalText(string key) => json.TryGetProperty(key, out var value)
            ? value.ValueKind switch
            {
                JsonValueKind.String => value.GetString(),
                JsonValueKind.Null => null,
                _ => throw Wrong(key),
            }
            : null;

        public long OptionalNumber(string key)
        {
            if (!json.TryGetProperty(key, out var value))
                return 0;
            return value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : throw Wrong(key);
        }

        /// <summary>A positive 32-bit number that must be there.</summary>
        public int RequiredId(string key) => json.OptionalNumber(key) is > 0 and <= int.MaxValue and var id ? (int)id : throw Wrong(key);

        public bool IsSet(string key) => json.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.True;

        public bool IsFalse(string key) => json.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.False;

        /// <summary>The first of these keys that the object has twice, so that nobody knows what is meant; null: none.</summary>
        public string? FindRepeated(params string[] keys) => keys.FirstOrDefault(key => json.EnumerateObject().Count(member => member.NameEquals(key)) > 1);

        public IEnumerable<JsonElement> OptionalItems(string key)
        {
            if (!json.TryGetProperty(key, out var value))
                return [];
            return value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : throw Wrong(key);
        }
    }

    static FormatException Wrong(string key) => new($"\"{key}\" has an unexpected value");
}
