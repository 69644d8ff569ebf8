using System.Text.RegularExpressions;
using Chat.Tests.Support;
using Xunit;

namespace Chat.Tests.Architecture;

/// <summary>A name means one thing, in whatever project.</summary>
public sealed partial class TypeNameTests
{
    static readonly string[] Projects = ["Chat.Node", "Chat.Protocol", "Chat.Sdk", "Chat.Client", "Chat.Ctl", "Chat.Bench", "Chat.Checker"];

    /// <summary>The same thing on both sides: of the node, and of its client; or of two programs.</summary>
    static readonly string[] SameThing = ["BackOff", "ConversationPage", "ExitCode", "HistoryPage", "PostStage", "SentMessage", "TypingPace"];

    [Fact]
    public void No_name_of_a_type_means_two_things()
    {
        var declared = Projects.SelectMany(Repository.Sources).SelectMany(file => NamesIn(Repository.Read(file)).Distinct().Select(name => (Name: name, File: file))).ToList();
        Assert.InRange(declared.Count, 500, 5000);
        var twice = declared.GroupBy(each => each.Name).Where(same => same.Count() > 1).ToList();
        Assert.Equal([], twice.Where(same => !SameThing.Contains(same.Key)).Select(same => $"{same.Key}: {string.Join(", ", same.Select(each => each.File))}"));
        Assert.Equal([], SameThing.Except(twice.Select(same => same.Key))); // nobody needs the excuse any more
    }

    [Theory]
    [InlineData("sealed class A\n", "A")]
    [InlineData("public readonly record struct B(int X);\n", "B")]
    [InlineData("static partial class C\n{\n    sealed class Inner\n", "C")]
    [InlineData("// class D\n", "")]
    public void Types_are_recognised(string source, string names) => Assert.Equal(names, string.Join(',', NamesIn(source)));

    /// <summary>A bound is a <c>Max…</c>.</summary>
    [Fact]
    public void No_bound_is_called_Most() =>
        Assert.Equal([], Projects.SelectMany(Repository.Sources).Where(file => Most().IsMatch(Repository.Read(file))));

    static IEnumerable<string> NamesIn(string source) => Declaration().Matches(source).Select(match => match.Groups["name"].Value);

    [GeneratedRegex(@"^((public|internal|file|static|sealed|abstract|readonly|partial|ref) )*(class|record struct|record|struct|enum|interface) (?<name>\w+)", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 5000)]
    private static partial Regex Declaration();

    [GeneratedRegex(@"\b(Most[A-Z]\w*|\w*[a-z]Most|(int|long|TimeSpan) Most)\b", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Most();
}
