using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Chat.SystemTests.Bridge;

/// <summary>
/// What the legacy servers do not survive: they catch nothing, so whatever their JSON library throws ends the process.
/// </summary>
sealed class LegacyAbortException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// JSON as the legacy servers read and write it (nlohmann::json): keys in alphabetical order, no blanks, raw UTF-8,
/// numbers in a form of its own.
/// </summary>
static class LegacyJson
{
    static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The object in what one read gave; behind a NUL byte they see nothing more.</summary>
    public static JsonElement Parse(ReadOnlyMemory<byte> segment)
    {
        if (segment.Span.StartsWith("\uFEFF"u8))
            segment = segment[3..];
        var end = segment.Span.IndexOf((byte)0);
        try
        {
            var root = JsonDocument.Parse(end < 0 ? segment : segment[..end], new JsonDocumentOptions { MaxDepth = 10_000 }).RootElement;
            Dump(root); // theirs looks at every string and number, also at those that nobody asks for
            return root;
        }
        catch (JsonException e)
        {
            throw new LegacyAbortException("what came is not one object", e);
        }
    }

    /// <summary>A number as their <c>int</c>, which it may be too large for.</summary>
    public static int Int(this JsonElement json, string key) => Field(json, key) switch
    {
        { ValueKind: JsonValueKind.Number } number => number.TryGetInt64(out var integer) ? unchecked((int)integer) : unchecked((int)(long)number.GetDouble()),
        { ValueKind: JsonValueKind.True } => 1,
        { ValueKind: JsonValueKind.False } => 0,
        _ => throw new LegacyAbortException($"{key} is no number"),
    };

    public static string Text(this JsonElement json, string key) => Field(json, key) is { ValueKind: JsonValueKind.String } text
        ? Valid(text)
        : throw new LegacyAbortException($"{key} is no text");

    /// <summary>Text of a row; theirs is not checked before it is written.</summary>
    public static string Text(byte[] bytes)
    {
        try
        {
            return Utf8.GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            throw new LegacyAbortException("a row is no UTF-8 to them", e);
        }
    }

    public static string Dump(object value) => Dump(JsonSerializer.SerializeToElement(value));

    public static string Dump(JsonElement json)
    {
        var text = new StringBuilder();
        Write(json, text);
        return text.ToString();
    }

    static JsonElement? Field(JsonElement json, string key) => json.ValueKind is not JsonValueKind.Object
        ? throw new LegacyAbortException("what came is no object")
        : json.TryGetProperty(key, out var value) ? value : null; // of several with one key, the last

    static void Write(JsonElement json, StringBuilder text)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                // They compare bytes, which orders characters outside of the first 65536 differently from C#.
                var members = new SortedDictionary<string, JsonElement>(Comparer<string>.Create((x, y) => Utf8.GetBytes(x).AsSpan().SequenceCompareTo(Utf8.GetBytes(y))));
                foreach (var member in json.EnumerateObject())
                    members[Name(member)] = member.Value;
                Write('{', members, member => { Quote(member.Key, text); text.Append(':'); Write(member.Value, text); }, '}', text);
                break;
            case JsonValueKind.Array:
                Write('[', json.EnumerateArray(), item => Write(item, text), ']', text);
                break;
            case JsonValueKind.String:
                Quote(Valid(json), text);
                break;
            case JsonValueKind.Number:
                text.Append(Number(json));
                break;
            default:
                text.Append(json.GetRawText());
                break;
        }
    }

    static void Write<T>(char open, IEnumerable<T> items, Action<T> write, char close, StringBuilder text)
    {
        text.Append(open);
        var isFirst = true;
        foreach (var item in items)
        {
            if (!isFirst)
                text.Append(',');
            isFirst = false;
            write(item);
        }

        text.Append(close);
    }

    static void Quote(string value, StringBuilder text)
    {
        text.Append('"');
        foreach (var character in value)
        {
            text = character switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\b' => text.Append("\\b"),
                '\f' => text.Append("\\f"),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                < ' ' => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}"),
                _ => text.Append(character),
            };
        }

        text.Append('"');
    }

    /// <summary>An integer as it is, if it fits into 64 bits; all else as a double that says so, by a point or an exponent.</summary>
    static string Number(JsonElement json)
    {
        var raw = json.GetRawText();
        if (!raw.AsSpan().ContainsAny(".eE") && (json.TryGetInt64(out _) || json.TryGetUInt64(out _)))
            return raw == "-0" ? "0" : raw;
        var value = json.GetDouble();
        if (!double.IsFinite(value))
            throw new LegacyAbortException($"{raw} is out of range");
        if (value == 0)
            return double.IsNegative(value) ? "-0.0" : "0.0";

        var scientific = Math.Abs(value).ToString("E16", CultureInfo.InvariantCulture);
        for (var precision = 0; precision < 17; precision++) // the fewest digits that give the same number again
        {
            scientific = Math.Abs(value).ToString($"E{precision}", CultureInfo.InvariantCulture);
            if (double.Parse(scientific, CultureInfo.InvariantCulture) == Math.Abs(value))
                break;
        }

        var parts = scientific.Split('E');
        return (value < 0 ? "-" : "") + Layout(parts[0].Replace(".", "", StringComparison.Ordinal), int.Parse(parts[1], CultureInfo.InvariantCulture) + 1);
    }

    /// <param name="digits">The digits.</param>
    /// <param name="point">How many of them, or of zeros behind them, are in front of the point.</param>
    static string Layout(string digits, int point)
    {
        if (point is > 0 and <= 15)
            return digits.Length <= point ? digits.PadRight(point, '0') + ".0" : $"{digits[..point]}.{digits[point..]}";
        if (point is > -4 and <= 0)
            return $"0.{new string('0', -point)}{digits}";
        var exponent = point - 1;
        return $"{digits[0]}{(digits.Length > 1 ? "." + digits[1..] : "")}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
    }

    static string Name(JsonProperty member)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException e)
        {
            throw new LegacyAbortException("half a surrogate pair", e);
        }
    }

    static string Valid(JsonElement text)
    {
        try
        {
            return text.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw new LegacyAbortException("half a surrogate pair, or no UTF-8", e);
        }
    }
}
