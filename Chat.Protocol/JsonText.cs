using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Chat.Protocol;

/// <summary>JSON strings and canonical JSON values.</summary>
public static class JsonText
{
    internal static readonly JsonWriterOptions WriterOptions =
        new() { Encoder = MinimalJsonEncoder.Instance, SkipValidation = true };

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

        return QuoteEscaped(text);
    }

    /// <summary>Apart, because what a lambda captures is allocated where its method begins.</summary>
    static byte[] QuoteEscaped(string text) => Write(writer => writer.WriteStringValue(text));

    /// <summary>The same JSON in pure ASCII (<c>\uXXXX</c> for the rest), for readers that mistake character sets.</summary>
    /// <param name="json">Valid JSON in UTF-8: only its strings can hold anything but ASCII.</param>
    public static string ToAscii(ReadOnlySpan<byte> json)
    {
        if (System.Text.Ascii.IsValid(json))
            return Encoding.ASCII.GetString(json);
        var text = new StringBuilder(json.Length * 2);
        foreach (var character in Encoding.UTF8.GetString(json))
        {
            if (character < 0x80)
                text.Append(character);
            else
                text.Append("\\u").Append(((int)character).ToString("x4", CultureInfo.InvariantCulture));
        }

        return text.ToString();
    }

    /// <summary>JSON in raw UTF-8 again: undoes <see cref="ToAscii"/>. Half a surrogate pair stays an escape.</summary>
    public static ReadOnlyMemory<byte> FromAscii(ReadOnlyMemory<byte> json)
    {
        var source = json.Span;
        if (!source.Contains((byte)'\\'))
            return json;
        var target = new ArrayBufferWriter<byte>(source.Length);
        Span<byte> utf8 = stackalloc byte[4];
        while (!source.IsEmpty)
        {
            var plain = source.IndexOf((byte)'\\');
            if (plain < 0 || source.Length < plain + 2)
                break;
            target.Write(source[..plain]);
            source = source[plain..];
            var escape = RuneOf(source, out var rune);
            if (rune is { } escaped)
                target.Write(utf8[..escaped.EncodeToUtf8(utf8)]);
            else
                target.Write(source[..escape]);
            source = source[escape..];
        }

        target.Write(source);
        return target.WrittenMemory;
    }

    /// <summary>The length of the escape at the start, and what it stands for if that is no ASCII.</summary>
    static int RuneOf(ReadOnlySpan<byte> text, out Rune? rune)
    {
        rune = null;
        if (!TryReadUnit(text, out var first))
            return 2;
        if (first < 0x80)
            return 6;
        if (Rune.TryCreate(first, out var single))
            rune = single;
        else if (TryReadUnit(text[6..], out var second) && Rune.TryCreate(first, second, out var pair))
            rune = pair;
        return rune?.Utf16SequenceLength == 2 ? 12 : 6;
    }

    static bool TryReadUnit(ReadOnlySpan<byte> text, out char unit)
    {
        unit = default;
        if (text.Length < 6 || text[0] != '\\' || text[1] != 'u' || !Utf8Parser.TryParse(text[2..6], out ushort code, out var used, 'x') || used != 4)
            return false;
        unit = (char)code;
        return true;
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
