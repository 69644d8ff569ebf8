using System.Text.RegularExpressions;
using Chat.Tests.Support;
using Xunit;

namespace Chat.Tests.Architecture;

/// <summary>A type is one thing in one file. Split into partial files it may become as large as it likes, and every part reaches into its fields.</summary>
public sealed partial class TypeSizeTests
{
    const int MaxLines = 400;

    static readonly string[] Projects = ["Chat.Protocol", "Chat.Node", "Chat.Sdk", "Chat.Client", "Chat.Ctl", "Chat.Bench", "Chat.Checker"];

    /// <summary>What makes a generator write the other part of a type.</summary>
    static readonly Dictionary<string, string> Generators = new()
    {
        ["[LoggerMessage("] = "the code that writes a log line without boxing",
        ["[GeneratedRegex("] = "an expression that is compiled with the program",
        ["[JsonSerializable("] = "serialization without reflection",
        ["[LibraryImport("] = "the call of a native function",
    };

    sealed record TypePart(string Type, string Declaration, string Source, int Lines)
    {
        public bool IsPartial => Declaration.Contains("partial ", StringComparison.Ordinal);

        public bool IsGenerated => Generators.Keys.Any(attribute => Source.Contains(attribute, StringComparison.Ordinal));
    }

    [Fact]
    public void Only_types_that_a_generator_completes_are_partial() =>
        Assert.Empty(
            Types().Where(type => type.Any(part => part.IsPartial) && (type.Count() > 1 || !type.First().IsGenerated)).Select(type => type.Key));

    [Fact]
    public void No_actor_is_partial() =>
        Assert.Empty(
            Types().Where(type => type.Any(part => part.IsPartial) && type.Any(part => IsActor(part.Declaration))).Select(type => type.Key));

    [Fact]
    public void No_type_has_more_than_400_lines_in_all_its_files() =>
        Assert.Empty(Types().Where(type => type.Sum(part => part.Lines) > MaxLines).Select(type => type.Key));

    [Theory]
    [InlineData("sealed partial class PartActor : FastReceiveActor\n{\n}\n", "PartActor", 3)]
    [InlineData("public readonly record struct Mark(int User);\n", "Mark", 1)]
    [InlineData("static class Rules\n{\n    const int Max = 3;\n\n    sealed class Own\n    {\n    }\n}\n", "Rules", 8)]
    [InlineData("sealed record Long(\n    int One,\n    int Two);\n", "Long", 3)]
    [InlineData("public enum Color\n{\n    Red,\n}\n", "Color", 4)]
    public void A_type_is_measured_with_what_is_nested_in_it(string source, string name, int lines) =>
        Assert.Equal(($"P {name}", lines), PartsOf("P", "namespace P;\n\n" + source).Select(part => (part.Type, part.Lines)).Single());

    [Theory]
    [InlineData("sealed class SessionActor : FastReceiveActor", true)]
    [InlineData("sealed class Keeper(Services services) : ReceiveActor, IWithTimers", true)]
    [InlineData("sealed class Actors", false)]
    [InlineData("sealed class Links(IActorRef self)", false)]
    public void An_actor_is_recognised(string declaration, bool isActor) => Assert.Equal(isActor, IsActor(declaration));

    static bool IsActor(string declaration) => ActorBase().IsMatch(declaration);

    static IEnumerable<IGrouping<string, TypePart>> Types() =>
        Projects.SelectMany(project => Repository.Sources(project).SelectMany(file => PartsOf(project, Repository.Read(file))))
            .GroupBy(part => part.Type).OrderBy(type => type.Key, StringComparer.Ordinal);

    /// <summary>A type that begins at the margin ends there: with a brace, or, without a body, with the first semicolon at the end of a line.</summary>
    static IEnumerable<TypePart> PartsOf(string project, string source)
    {
        var lines = source.Split('\n');
        for (var first = 0; first < lines.Length; first++)
        {
            if (Declaration().Match(lines[first]) is not { Success: true } match)
                continue;
            var last = first;
            var hasBody = false;
            while (lines[last] != "}" && (hasBody || !lines[last].EndsWith(';')))
                hasBody |= lines[++last] == "{";
            yield return new TypePart($"{project} {match.Groups["name"].Value}", lines[first], source, last - first + 1);
        }
    }

    [GeneratedRegex(@"^((public|internal|file|static|sealed|abstract|readonly|ref|partial|unsafe) )*(class|interface|enum|struct|record struct|record class|record) (?<name>\w+)", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Declaration();

    [GeneratedRegex(@":.*\b\w*Actor\b", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex ActorBase();
}
