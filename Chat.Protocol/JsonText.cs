using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Chat.Protocol;

/// <summary>JSON strings and canonical JSON values.</summary>
public static class JsonText
{
    internal static readonly JsonWriterOptions WriterOptions =
        new() { Encoder = MinimalJsonEncoder.Instance, SkipValidation = true };

    static readonly JsonWriterOptions AsciiOptions = new() { Encoder = JavaScriptEncoder.Default, SkipValidation = true };

    /// <summary>A string as a JSON token in raw UTF-8, quotes included.</summary>
    public static byte[] Quote(string text)
    {
        if (!text.AsSpan().ContainsAny('"', '\\') && !text.AsSpan().ContainsAnyInRange('\0', '\x1f'))
        {
            var plain = new byte[Encoding.UTF8.GetByteCount(text) + 2];
            plain[0] = plain[^1] = (byte)'"';
            Encoding.UTF8.GetBytes(text, plain.AsSpan(1));
            return plain;
        }

        return Write(writer => writer.WriteStringValue(text));
    }

    /// <summary>The same JSON in pure ASCII (<c>\uXXXX</c> for the rest), for readers that mistake character sets.</summary>
    /// <exception cref="JsonException">Not JSON.</exception>
    public static string ToAscii(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        var buffer = new ArrayBufferWriter<byte>(json.Length * 2);
        using (var writer = new Utf8JsonWriter(buffer, AsciiOptions))
            document.RootElement.WriteTo(writer);
        return Encoding.ASCII.GetString(buffer.WrittenSpan);
    }

    /// <summary>Runs a writer and returns what it wrote.</summary>
    internal static byte[] Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer, WriterOptions))
            write(writer);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>A value in canonical form: compact, keys sorted, raw UTF-8; the last of two equal keys wins.</summary>
    /// <exception cref="InvalidOperationException">A string holds half a surrogate pair.</exception>
    internal static byte[] Canonical(JsonElement value) => Write(writer => WriteCanonical(writer, value));

    static void WriteCanonical(Utf8JsonWriter writer, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                var members = new SortedDictionary<string, JsonElement>(StringComparer.Ordinal);
                foreach (var member in value.EnumerateObject())
                    members[member.Name] = member.Value;
                foreach (var (name, member) in members)
                {
                    writer.WritePropertyName(name);
                    WriteCanonical(writer, member);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                    WriteCanonical(writer, item);
                writer.WriteEndArray();
                break;
            case JsonValueKind.String:
                writer.WriteStringValue(value.GetString());
                break;
            default:
                writer.WriteRawValue(value.GetRawText(), skipInputValidation: true);
                break;
        }
    }
}
