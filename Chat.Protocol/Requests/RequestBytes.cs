using System.Buffers;
using System.Text.Json;

namespace Chat.Protocol;

/// <summary>Requests as bytes: one JSON object and a line end each.</summary>
static class RequestBytes
{
    static readonly JsonWriterOptions WriterOptions = new() { SkipValidation = true };

    public static byte[] Write(int kind, long requestRef, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer, WriterOptions))
        {
            writer.WriteStartObject();
            writer.WriteNumber("msgid", kind);
            if (requestRef != 0)
                writer.WriteNumber("ref", requestRef);
            write(writer);
            writer.WriteEndObject();
        }

        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>In raw UTF-8.</summary>
    public static void WriteText(this Utf8JsonWriter writer, string key, string text)
    {
        writer.WritePropertyName(key);
        writer.WriteRawValue(JsonText.Quote(text), skipInputValidation: true);
    }
}
