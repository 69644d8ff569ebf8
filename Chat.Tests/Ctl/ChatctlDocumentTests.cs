using System.CommandLine;
using System.Reflection;
using System.Text.RegularExpressions;
using Chat.Ctl;
using Chat.Node.Api;
using Chat.Tests.Support;
using Xunit;

namespace Chat.Tests.Ctl;

/// <summary>docs/CHATCTL.md says what the program has.</summary>
public sealed partial class ChatctlDocumentTests
{
    static readonly string Document = Repository.Read("docs/CHATCTL.md");

    [Fact]
    public void Every_command_is_in_the_table_and_no_other()
    {
        var program = new CtlProgram(TextReader.Null, TextWriter.Null, TextWriter.Null);
        var commands = program.Root().Subcommands.SelectMany(Leaves).Order(StringComparer.Ordinal);
        var table = Section("| command |", "## Where");
        Assert.Equal(commands, Named().Matches(table).Select(match => match.Groups["command"].Value).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_exit_code_is_in_the_table_and_no_other() => Assert.Equal(
        typeof(ExitCode).GetFields(BindingFlags.Static | BindingFlags.Public).Select(field => (int)field.GetValue(null)!).Order(),
        Code().Matches(Section("## Exit codes", "## What is written")).Select(match => int.Parse(match.Groups["code"].Value)));

    [Fact]
    public void Every_state_of_a_trace_is_in_the_table_in_its_order() => Assert.Equal(
        MessageTrace.States, State().Matches(Section("## Where", "## A copy")).Select(match => match.Groups["state"].Value));

    static string Section(string from, string to) =>
        Document[Document.IndexOf(from, StringComparison.Ordinal)..Document.IndexOf(to, StringComparison.Ordinal)];

    static IEnumerable<string> Leaves(Command command) =>
        command.Subcommands.Count == 0 ? [command.Name] : command.Subcommands.SelectMany(Leaves).Select(leaf => $"{command.Name} {leaf}");

    [GeneratedRegex("(?<=^\\| [^|]*)`(?<command>[a-z][a-z-]*( [a-z][a-z-]*)?)( [A-Z-][^`]*)?`(?=[^|]*\\|[^|]*\\|$)", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 5000)]
    private static partial Regex Named();

    [GeneratedRegex(@"^\| (?<code>\d) \|", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 5000)]
    private static partial Regex Code();

    [GeneratedRegex(@"^\| `(?<state>\w+)` \|", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 5000)]
    private static partial Regex State();
}
