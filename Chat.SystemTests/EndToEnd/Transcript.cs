using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Chat.SystemTests.EndToEnd;

enum StepKind
{
    /// <summary>A client sends <c>Texts[0]</c>.</summary>
    Send,

    /// <summary>A client receives exactly <c>Texts</c>.</summary>
    Receive,

    /// <summary>The database answers a query with the rows <c>Texts</c>.</summary>
    Query,

    /// <summary>Every connection is closed.</summary>
    CloseAll,
}

/// <summary>One step of the recording; <c>Line</c> is where it begins.</summary>
sealed record TranscriptStep(int Line, StepKind Kind, string Connection, IReadOnlyList<string> Texts);

/// <summary>
/// The recorded run of a legacy server (<c>transcript.txt</c>, byte for byte as it was made). Its Redis section is
/// left to the tests of the bridge.
/// </summary>
static partial class Transcript
{
    public static IReadOnlyList<TranscriptStep> Read(string path)
    {
        var steps = new List<TranscriptStep>();
        var lines = File.ReadAllLines(path);
        for (var i = 0; i < lines.Length && lines[i] != "### redis MONITOR"; i++)
        {
            if (lines[i] == "### close all")
                steps.Add(new TranscriptStep(i + 1, StepKind.CloseAll, "", []));
            else if (Message().Match(lines[i]) is { Success: true } message)
                steps.Add(ToStep(i + 1, message.Groups["connection"].Value, message.Groups["direction"].Value == "->", message.Groups["what"].Value));
            else if (lines[i].StartsWith("  SQL> ", StringComparison.Ordinal))
                steps.Add(new TranscriptStep(i + 1, StepKind.Query, "", [.. RowsAfter(lines, i)]));
        }

        return steps;
    }

    static TranscriptStep ToStep(int line, string connection, bool isSend, string what) => isSend
        ? new TranscriptStep(line, StepKind.Send, connection, [Literals(what).Single()])
        : new TranscriptStep(line, StepKind.Receive, connection, what == "(nothing)" ? [] : [.. Literals(what)]);

    static IEnumerable<string> RowsAfter(string[] lines, int at)
    {
        for (var i = at + 1; i < lines.Length && lines[i].StartsWith("     ", StringComparison.Ordinal); i++)
            yield return lines[i][7..].Replace('\t', '|');
    }

    /// <summary>The byte literals of a line, as the text that they are in UTF-8.</summary>
    static IEnumerable<string> Literals(string text) =>
        Literal().Matches(text).Select(match => Encoding.UTF8.GetString([.. Unescape(match.Groups["bytes"].Value)]));

    static IEnumerable<byte> Unescape(string literal)
    {
        for (var i = 0; i < literal.Length; i++)
        {
            if (literal[i] != '\\')
            {
                yield return (byte)literal[i];
                continue;
            }

            i++;
            if (literal[i] == 'x')
            {
                yield return byte.Parse(literal.AsSpan(i + 1, 2), NumberStyles.HexNumber);
                i += 2;
                continue;
            }

            yield return literal[i] == 'n' ? (byte)'\n' : (byte)literal[i];
        }
    }

    [GeneratedRegex("""^  (?<connection>\w+@\d+) (?<direction>->|<-) (?<what>.*)$""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Message();

    [GeneratedRegex("""b'(?<bytes>([^'\\]|\\.)*)'""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Literal();
}
