using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Chat.Node.Telemetry;
using Chat.Tests.Support;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Chat.Tests.Telemetry;

/// <summary>docs/LOGLINES.md is what the code can say, in both directions: operators set alarms by it.</summary>
public sealed partial class LogLinesDocumentTests
{
    sealed record Line(int Id, string Level, string Text, string Class);

    [Fact]
    public void The_table_has_every_line_with_its_id_level_and_text()
    {
        var lines = Lines();
        Assert.InRange(lines.Count, 100, 1000);
        Assert.Equal(lines.OrderBy(line => line.Id).Select(line => $"{line.Id} {line.Level} {line.Text}"), Rows().Select(row => $"{row.Id} {row.Level} {row.Text}"));
    }

    [Fact]
    public void Every_line_says_what_it_means() => Assert.Equal([], Rows().Where(row => row.Meaning.Length < 5).Select(row => row.Id));

    [Fact]
    public void No_id_is_that_of_two_lines() => Assert.Equal([], Lines().GroupBy(line => line.Id).Where(same => same.Count() > 1).Select(same => same.Key));

    [Fact]
    public void Every_id_is_in_the_range_of_one_part_and_that_part_is_of_its_class()
    {
        var parts = Parts();
        Assert.Equal([], Lines().Where(line => parts.Count(part => part.Ids.Exists(range => line.Id >= range.From && line.Id <= range.To) && part.Class == line.Class) != 1));
        var ranges = parts.SelectMany(part => part.Ids).OrderBy(range => range.From).ToList();
        Assert.All(ranges.Zip(ranges.Skip(1)), two => Assert.True(two.Item1.To < two.Item2.From, $"{two.Item1} and {two.Item2} have an id in common"));
    }

    [Fact]
    public void Lines_stand_in_their_file_by_their_ids()
    {
        var files = Repository.Sources("Chat.Node").Select(file => (File: file, Ids: IdsIn(Repository.Read(file)))).Where(file => file.Ids.Count > 0).ToList();
        Assert.Equal(Lines().Select(line => line.Id).Order(), files.SelectMany(file => file.Ids).Order()); // none was overlooked
        Assert.Equal([], files.Where(file => !file.Ids.SequenceEqual(file.Ids.Order())).Select(file => file.File));
    }

    /// <summary>Actors write some lines over Akka's logger, which has no ids.</summary>
    [Fact]
    public void The_other_table_has_every_line_of_actors()
    {
        var written = Repository.Sources("Chat.Node").SelectMany(file => ActorLine().Matches(Repository.Read(file)))
            .Select(line => $"{line.Groups["level"].Value.ToLowerInvariant()} {Placeholder().Replace(line.Groups["text"].Value, "…")}").ToList();
        Assert.NotEmpty(written);
        Assert.Equal(written.Order(StringComparer.Ordinal), PlainRow().Matches(Document()).Select(row => $"{row.Groups["level"].Value} {row.Groups["text"].Value}").Order(StringComparer.Ordinal));
    }

    static List<Line> Lines() =>
    [
        .. from type in typeof(NodeMeter).Assembly.GetTypes()
           from method in type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
           let line = method.GetCustomAttribute<LoggerMessageAttribute>()
           where line is not null
           select new Line(line.EventId, LevelOf(line.Level), Placeholder().Replace(line.Message, "…"), type.Name),
    ];

    static string LevelOf(LogLevel level) => level switch
    {
        LogLevel.None => "as theirs", // the caller says which
        LogLevel.Information => "info",
        _ => level.ToString().ToLowerInvariant(),
    };

    static List<int> IdsIn(string source)
    {
        var constants = Constant().Matches(source).ToDictionary(match => match.Groups["name"].Value, match => Number(match.Groups["value"].Value));
        return [.. Declared().Matches(source).Select(match => match.Groups["id"].Value).Select(id => constants.TryGetValue(id, out var named) ? named : Number(id))];
    }

    static IEnumerable<(int Id, string Level, string Text, string Meaning)> Rows() => Row().Matches(Document()).Select(row =>
        (Number(row.Groups["id"].Value), row.Groups["level"].Value, row.Groups["text"].Value, row.Groups["meaning"].Value));

    static List<(List<(int From, int To)> Ids, string Class)> Parts() =>
        [.. Part().Matches(Document()).Select(part => (part.Groups["ids"].Value.Split(", ").Select(RangeOf).ToList(), part.Groups["class"].Value))];

    static (int From, int To) RangeOf(string text)
    {
        var ends = text.Split('–');
        return (Number(ends[0]), Number(ends[^1]));
    }

    static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    static string Document() => Repository.Read("docs/LOGLINES.md");

    [GeneratedRegex(@"^\| (?<id>\d+) \| (?<level>[a-z ]+) \| `(?<text>.+?)` \| (?<meaning>.*) \|$", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 5000)]
    private static partial Regex Row();

    [GeneratedRegex(@"^\| (?<level>[a-z]+) \| `(?<text>.+?)` \|", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 5000)]
    private static partial Regex PlainRow();

    [GeneratedRegex(@"^\| (?<ids>\d+(–\d+)?(, \d+(–\d+)?)*) \| [^|]+ \| `(?<class>\w+)` \|$", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 5000)]
    private static partial Regex Part();

    [GeneratedRegex(@"\[LoggerMessage\((EventId = )?(?<id>\w+)", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Declared();

    [GeneratedRegex(@"const int (?<name>\w+) = (?<value>\d+);", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Constant();

    [GeneratedRegex(@"\b(_log|[lL]ogger|log|core\.Log|GetLogger\(\))\.(?<level>Info|Warning|Error)\((\w+, )?""(?<text>[^""]+)""", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex ActorLine();

    [GeneratedRegex(@"\{[^}]*\}", RegexOptions.None, 5000)]
    private static partial Regex Placeholder();
}
