using System.Reflection;
using System.Text.RegularExpressions;
using Chat.Node.Storage;
using Chat.Protocol;
using Chat.Tests.Support;
using Xunit;

namespace Chat.Tests.Architecture;

/// <summary>The documents name what the code has. A missing document fails.</summary>
public sealed partial class DocumentationTests
{
    public static TheoryData<string> Documents => [.. Repository.Documents()];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_file_that_a_document_names_exists(string document)
    {
        var named = FileName().Matches(Repository.Read(document)).Select(match => match.Groups["file"].Value)
            .Where(file => !file.StartsWith("artifacts/", StringComparison.Ordinal)); // what a run makes
        Assert.Equal([], named.Where(file => !Repository.Has(file) && !Repository.Has($"Chat.Node/{file}")));
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_page_that_a_document_links_to_exists(string document)
    {
        var folder = Path.GetDirectoryName(document)!;
        var pages = Link().Matches(Repository.Read(document)).Select(match => match.Groups["page"].Value);
        Assert.Equal([], pages.Where(page => !Repository.Has(Path.Combine(folder, page))));
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void No_table_is_cut_by_a_blank_line(string document) => Assert.Equal([], CutTables(Repository.Read(document)));

    [Theory]
    [InlineData("| a | b |\n|---|---|\n| 1 | 2 |\n\ntext", 0)]
    [InlineData("| a | b |\n|---|---|\n| 1 | 2 |\n\n| 3 | 4 |", 1)]
    [InlineData("| a |\n|---|\n| 1 |\n\n| b |\n|---|\n| 2 |", 0)]
    public void A_cut_table_is_recognised(string document, int cuts) => Assert.Equal(cuts, CutTables(document).Count);

    [Fact]
    public void The_message_flow_names_files() => Assert.NotEmpty(FileName().Matches(Repository.Read("docs/MESSAGE_FLOW.md")));

    [Fact]
    public void The_architecture_is_a_page() => Assert.InRange(Repository.Read("ARCHITECTURE.md").Split('\n').Length, 50, 151);

    [Theory]
    [InlineData("ARCHITECTURE.md")]
    [InlineData("README.md")]
    [InlineData("CONTRIBUTING.md")]
    public void No_sentence_of_a_front_page_has_more_than_40_words(string document) =>
        Assert.Equal([], Sentence().Split(CodeBlock().Replace(Repository.Read(document), "\n\n")).Where(sentence => sentence.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Length > 40));

    /// <summary>Rows behind a blank line that belong to no table: a reader sees them as text.</summary>
    static List<string> CutTables(string document)
    {
        var lines = document.Split('\n');
        return [.. Enumerable.Range(1, Math.Max(0, lines.Length - 1)).Where(i =>
            lines[i].StartsWith('|') && !lines[i - 1].StartsWith('|') && !(i + 1 < lines.Length && lines[i + 1].StartsWith("|-", StringComparison.Ordinal))).Select(i => lines[i])];
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
    public void The_protocol_lists_every_reason_to_close() => AssertListed(Enum.GetValues<CloseCode>().Select(code => ((int)code, code.ToString())));

    [Fact]
    public void Close_codes_are_those_of_the_standard_or_within_our_hundred() =>
        Assert.All(Enum.GetValues<CloseCode>(), code => Assert.True((int)code is 1000 or 1001 or 1003 or (>= 4000 and <= 4099)));

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

    /// <summary>The page has two tables: when there is an event, and what is in those that are no messages.</summary>
    [Fact]
    public void The_page_of_webhooks_lists_every_type()
    {
        var page = Repository.Read("docs/WEBHOOKS.md").Split("## The other events");
        Assert.Equal(2, page.Length);
        string[] elsewhere = [WebhookTypes.MessageCreated, .. WebhookTypes.Changes, WebhookTypes.Gap, WebhookTypes.Test];
        Assert.Equal(WebhookTypes.All.Order(StringComparer.Ordinal), TypesOf(page[0]));
        Assert.Equal(WebhookTypes.All.Except(elsewhere).Order(StringComparer.Ordinal), TypesOf(page[1]));

        static IEnumerable<string> TypesOf(string table) =>
            EventRow().Matches(table).SelectMany(row => EventType().Matches(row.Groups["types"].Value)).Select(match => match.Groups["type"].Value).Order(StringComparer.Ordinal);
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

    [GeneratedRegex(@"\]\((?!https?:|#)(?<page>[\w./-]+)(#[\w-]*)?\)", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Link();

    [GeneratedRegex(@"^\|(?<types>[^|]*)\|", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 5000)]
    private static partial Regex EventRow();

    [GeneratedRegex(@"`(?<type>[a-z]+\.[a-z]+)`", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex EventType();

    [GeneratedRegex("(?s)```.*?```", RegexOptions.None, 5000)]
    private static partial Regex CodeBlock();

    [GeneratedRegex(@"[.:;]\s|\|\s*|\n\s*\n|\n- |```", RegexOptions.None, 5000)]
    private static partial Regex Sentence();

    [GeneratedRegex("""\breader\.\w+(<\w+>)?\("(?<key>[\w:]+)"[,)]""", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex SettingKey();
}
