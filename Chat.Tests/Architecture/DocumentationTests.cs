using System.Reflection;
using System.Text.RegularExpressions;
using Chat.Protocol;
using Chat.Tests.Support;
using Xunit;

namespace Chat.Tests.Architecture;

/// <summary>The documents name what the code has. A missing document fails.</summary>
public sealed partial class DocumentationTests
{
    [Fact]
    public void Every_file_that_the_message_flow_names_exists()
    {
        var files = FileName().Matches(Repository.Read("docs/MESSAGE_FLOW.md")).Select(match => match.Groups["file"].Value).ToList();
        Assert.NotEmpty(files);
        Assert.Equal([], files.Where(file => !File.Exists(Path.Combine(Repository.Root, file))));
    }

    [Fact]
    public void The_protocol_lists_every_kind_of_message()
    {
        var kinds = typeof(MessageKind).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(field => ((int)field.GetRawConstantValue()!, field.Name)).ToList();
        Assert.NotEmpty(kinds);
        AssertListed(kinds);
    }

    [Fact]
    public void The_protocol_lists_every_error() => AssertListed(Enum.GetValues<ErrorCode>().Select(code => ((int)code, code.ToString())));

    [Fact]
    public void The_operations_guide_lists_every_setting()
    {
        var keys = SettingKey().Matches(Repository.Read("Chat.Node/Settings/ChatSettings.cs")).Select(match => match.Groups["key"].Value).ToList();
        Assert.Contains("Port", keys);
        Assert.Contains("Limits:OutboxFrames", keys);
        Assert.Contains("Storage:Provider", keys);
        var guide = Repository.Read("docs/OPERATIONS.md");
        Assert.Equal([], keys.Where(key => !Regex.IsMatch(guide, $@"\bChat:{key}(?![\w:])", RegexOptions.None, TimeSpan.FromSeconds(5))));
    }

    /// <summary>Number and name stand in one line.</summary>
    static void AssertListed(IEnumerable<(int Number, string Name)> entries)
    {
        var lines = Repository.Read("docs/PROTOCOL.md").Split('\n');
        Assert.Equal([], entries.Where(entry => !lines.Any(line => HasWord(line, entry.Number.ToString()) && HasWord(line, entry.Name))));
    }

    static bool HasWord(string line, string word) => Regex.IsMatch(line, $@"\b{word}\b", RegexOptions.None, TimeSpan.FromSeconds(5));

    [GeneratedRegex(@"`(?<file>[\w.-]+(/[\w.-]+)+\.\w+)(:\d+)?`", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex FileName();

    [GeneratedRegex("""\breader\.\w+(<\w+>)?\("(?<key>[\w:]+)"[,)]""", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex SettingKey();
}
