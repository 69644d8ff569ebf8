using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Chat.Node.Telemetry;

/// <summary>Whether lines of the log are for programs.</summary>
sealed record LogShape(bool IsJson)
{
    public static readonly LogShape Text = new(IsJson: false);
}

/// <summary>Pure: a line of the log as one object of JSON, in ASCII.</summary>
static class JsonLogLine
{
    const string TemplateKey = "{OriginalFormat}";

    /// <param name="at">When.</param>
    /// <param name="level">How bad it is.</param>
    /// <param name="category">Who has written it.</param>
    /// <param name="id">Of the event.</param>
    /// <param name="text">What it says.</param>
    /// <param name="values">What stands in the text, by name; null: unknown.</param>
    public static string Write(DateTimeOffset at, LogLevel level, string category, EventId id, string text, IEnumerable<KeyValuePair<string, object?>>? values)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var line = new Utf8JsonWriter(buffer))
        {
            line.WriteStartObject();
            line.WriteString("time", at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            line.WriteString("level", NameOf(level));
            line.WriteString("source", category);
            line.WriteNumber("event", id.Id);
            if (id.Name is { Length: > 0 } name)
                line.WriteString("name", name);
            line.WriteString("text", LogText.OneLine(text));
            WriteValues(line, values);
            line.WriteEndObject();
        }

        return Encoding.ASCII.GetString(buffer.WrittenSpan);
    }

    static void WriteValues(Utf8JsonWriter line, IEnumerable<KeyValuePair<string, object?>>? values)
    {
        var named = values?.Where(value => value.Key != TemplateKey && value.Value is not null).DistinctBy(value => value.Key).ToList();
        if (named is not { Count: > 0 })
            return;
        line.WriteStartObject("values");
        foreach (var (key, value) in named)
        {
            if (value is int or long)
                line.WriteNumber(key, Convert.ToInt64(value, CultureInfo.InvariantCulture));
            else
                line.WriteString(key, LogText.OneLine(Convert.ToString(value, CultureInfo.InvariantCulture) ?? ""));
        }

        line.WriteEndObject();
    }

    /// <summary>As programs are told it.</summary>
    public static string NameOf(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "information",
        LogLevel.Warning => "warning",
        LogLevel.Error => "error",
        _ => "critical",
    };
}
