using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Chat.Tests.Support;

namespace Chat.Tests.Architecture;

/// <summary>Finds the members and constants that a document names in backticks, by reflection, private ones too.</summary>
static partial class DocumentedMembers
{
    const BindingFlags Any = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.FlattenHierarchy;

    // The first word of a name that is no type of ours: assemblies and folders, the runtime, a file of MSBuild.
    static readonly string[] Others = ["Chat", "ChatActors", "System", "Directory"];

    static readonly ILookup<string, Type> Types = new[] { typeof(Chat.Node.Contracts.Post), typeof(Chat.Protocol.MessageKind), typeof(ChatActors.Client.ChatClient) }
        .SelectMany(type => type.Assembly.GetTypes())
        .Where(type => !type.Name.StartsWith('<'))
        .ToLookup(type => type.Name.Split('`')[0]);

    static readonly Lazy<HashSet<string>> FileNames = new(() =>
        [.. new[] { "Chat.Node", "Chat.Protocol", "Chat.Sdk", "Chat.Client", "Chat.Bench", "Chat.Checker", "Chat.Tests", "Chat.SystemTests" }
            .SelectMany(Repository.Sources).Select(file => Path.GetFileName(file))]);

    /// <summary>The names `Type.Member` and `File.cs` that exist nowhere.</summary>
    public static List<string> Unknown(string document) =>
        [.. Member().Matches(document).Where(match => !Exists(match.Groups["type"].Value, match.Groups["member"].Value, match.Groups["rest"].Value)).Select(match => match.Value)];

    /// <summary>The pairs "`folder/File.cs`, `Member`" whose file does not hold the word outside of its comments.</summary>
    public static List<string> UnknownInFile(string document, Func<string, string?> read) =>
        [.. FileMember().Matches(document).Where(match => read(match.Groups["file"].Value) is { } source && !HasWord(source, match.Groups["member"].Value)).Select(match => match.Value)];

    /// <summary>The constants of a table's row whose value does not stand in the same row.</summary>
    public static List<string> WrongConstants(string row) =>
        [.. Member().Matches(row).Where(match => match.Groups["rest"].Length == 0)
            .Select(match => (match.Value, Constant: Value(match.Groups["type"].Value, match.Groups["member"].Value)))
            .Where(name => name.Constant is not null && !Spellings(name.Constant).Any(spelling => Regex.IsMatch(row, $@"(?<![\w.]){Regex.Escape(spelling)}(?![\w.]\w|\w)", RegexOptions.None, TimeSpan.FromSeconds(5))))
            .Select(name => $"{name.Value} is {Spellings(name.Constant!).First()}: {row}")];

    /// <summary>How many constants a document names.</summary>
    public static int CountConstants(string document) =>
        Member().Matches(document).Count(match => Value(match.Groups["type"].Value, match.Groups["member"].Value) is not null);

    static bool Exists(string type, string member, string rest)
    {
        var file = $"{type}.{member}{rest}";
        return Others.Contains(type) || (Path.GetExtension(file) switch
        {
            ".cs" => FileNames.Value.Contains(file),
            ".md" => true, // another test looks for it
            _ => rest.Length == 0 && Types[type].Any(found => found.GetMember(member, Any).Length > 0),
        });
    }

    /// <summary>A number, or a time if the field is one or its name says so; null for everything else.</summary>
    static object? Value(string type, string member)
    {
        var field = Types[type].Where(found => !found.ContainsGenericParameters).Select(found => found.GetField(member, Any)).FirstOrDefault(found => found is { IsStatic: true });
        return field?.GetValue(null) switch
        {
            TimeSpan time => time,
            int or long when field.GetValue(null) is IConvertible number => Unit(member, number.ToInt64(CultureInfo.InvariantCulture)),
            _ => null,
        };
    }

    static object Unit(string name, long number) =>
        name.EndsWith("Milliseconds", StringComparison.Ordinal) ? TimeSpan.FromMilliseconds(number)
        : name.EndsWith("Seconds", StringComparison.Ordinal) ? TimeSpan.FromSeconds(number)
        : number;

    static IEnumerable<string> Spellings(object constant)
    {
        var units = constant is TimeSpan time
            ? new[] { (time.TotalMilliseconds, " ms"), (time.TotalSeconds, " s"), (time.TotalMinutes, " min"), (time.TotalHours, " h"), (time.TotalDays, " days") }
            : [((long)constant, ""), ((long)constant / 1024.0, " KiB"), ((long)constant / 1024.0 / 1024, " MiB")];
        return units.Select(unit => string.Create(CultureInfo.InvariantCulture, $"{unit.Item1}{unit.Item2}"));
    }

    static bool HasWord(string source, string word) =>
        source.Split('\n').Any(line => Regex.IsMatch(line.Split("//")[0], $@"\b{word}\b", RegexOptions.None, TimeSpan.FromSeconds(5)));

    [GeneratedRegex(@"`(?<type>[A-Z]\w+)\.(?<member>[A-Z]\w+|cs)(?<rest>(\.\w+)*)`", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Member();

    [GeneratedRegex(@"`(?<file>[\w.]+(/[\w.]+)+\.cs)`, `(?<member>\w+)`", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex FileMember();
}
