using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Chat.Ctl;

/// <summary>Objects of JSON for people. Pure.</summary>
static class TextTable
{
    const string Gap = "  ";

    /// <summary>A line each, with a line of headings.</summary>
    /// <param name="rows">The objects.</param>
    /// <param name="columns">Which of their members, in this order.</param>
    public static string Of(IEnumerable<JsonElement> rows, params IReadOnlyList<string> columns)
    {
        List<string[]> lines = [[.. columns.Select(column => column.ToUpperInvariant())], .. rows.Select(row => columns.Select(column => Text(row, column)).ToArray())];
        if (lines.Count == 1)
            return "(none)";
        var widths = columns.Select((_, at) => lines.Max(line => line[at].Length)).ToArray();
        var text = new StringBuilder();
        foreach (var line in lines)
            text.AppendLine(string.Join(Gap, line.Select((cell, at) => cell.PadRight(widths[at]))).TrimEnd());
        return text.ToString().TrimEnd();
    }

    /// <summary>A line for each member of one object.</summary>
    public static string Of(JsonElement item) => string.Join(Environment.NewLine, item.EnumerateObject().Select(member => $"{member.Name}: {Text(item, member.Name)}"));

    static string Text(JsonElement row, string name) => row.TryGetProperty(name, out var value) ? Text(name, value) : "";

    static string Text(string name, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => string.Join(',', value.EnumerateArray().Select(each => Text(name, each))),
        JsonValueKind.Number when IsTime(name) && value.TryGetInt64(out var time) => DateTimeOffset.FromUnixTimeMilliseconds(time).ToString("yyyy-MM-dd HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
        JsonValueKind.String => OneLine(value.GetString()!),
        JsonValueKind.True => "yes",
        JsonValueKind.False => "no",
        JsonValueKind.Null => "",
        _ => value.GetRawText(),
    };

    static bool IsTime(string name) => name is "created" or "accepted" or "edited" or "recalled" or "seen" or "at" or "due" or "failingSince" or "asked" or "done";

    /// <summary>Names are what their owners want: nothing of them moves a terminal's cursor.</summary>
    static string OneLine(string text) => string.Concat(text.Select(letter => char.IsControl(letter) ? '?' : letter));
}
