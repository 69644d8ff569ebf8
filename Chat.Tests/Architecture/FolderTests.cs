using System.Text.RegularExpressions;
using Chat.Tests.Support;
using Xunit;

namespace Chat.Tests.Architecture;

/// <summary>
/// The table of folders in ARCHITECTURE.md is the rule: each folder of Chat.Node uses exactly the folders that its row names, and all of them
/// stand above it. So there is no cycle. Read from source, because constants leave no trace in compiled code.
/// </summary>
public sealed partial class FolderTests
{
    const string Node = "Chat.Node";
    const string Everything = "all of the above";

    [Fact]
    public void The_table_lists_every_folder_once() =>
        Assert.Equal(
            Directory.EnumerateDirectories(Path.Combine(Repository.Root, Node)).Select(path => Path.GetFileName(path)!)
                .Where(name => name is not ("bin" or "obj" or "Properties")).Order(StringComparer.Ordinal),
            Table().Select(row => row.Folder).Order(StringComparer.Ordinal));

    [Fact]
    public void A_folder_may_use_only_folders_above_it()
    {
        var above = new HashSet<string>();
        foreach (var (folder, uses) in Table())
        {
            Assert.Subset(above, uses.ToHashSet());
            above.Add(folder);
        }
    }

    [Fact]
    public void Each_folder_uses_what_its_row_says()
    {
        var used = Used();
        Assert.Equal(
            Table().Select(row => $"{row.Folder}: {string.Join(", ", row.Uses.Order(StringComparer.Ordinal))}"),
            Table().Select(row => $"{row.Folder}: {string.Join(", ", used[row.Folder].Order(StringComparer.Ordinal))}"));
    }

    [Theory]
    [InlineData("using Chat.Node.Users;", "Users")]
    [InlineData("using static Chat.Node.Users.Rules;", "Users")]
    [InlineData("using Row = Chat.Node.Storage.MySql.MySqlRows;", "Storage")]
    [InlineData("var x = Chat.Node.Users.Rules.Max;", "Users")]
    [InlineData("var x = Users.Rules.Max;", "Users")]
    [InlineData("var x = services.Users.Rules;", null)]
    [InlineData("// Chat.Node.Users is not used", null)]
    public void A_use_is_recognised(string source, string? folder) =>
        Assert.Equal(folder is null ? [] : [folder], UsesOf(source, ["Users", "Storage"], new() { ["Users"] = ["Rules"], ["Storage"] = ["Row"] }));

    static Dictionary<string, HashSet<string>> Used()
    {
        var folders = Table().ConvertAll(row => row.Folder);
        var files = Repository.Sources(Node).Where(file => file.Split('/').Length > 2).Select(file => (Folder: file.Split('/')[1], Source: Repository.Read(file))).ToList();
        var declared = folders.ToDictionary(
            folder => folder,
            folder => files.Where(file => file.Folder == folder).SelectMany(file => Declaration().Matches(file.Source)).Select(match => match.Groups["name"].Value).ToHashSet());
        return folders.ToDictionary(
            folder => folder,
            folder => files.Where(file => file.Folder == folder).SelectMany(file => UsesOf(file.Source, folders, declared)).Where(other => other != folder).ToHashSet());
    }

    static HashSet<string> UsesOf(string source, IReadOnlyCollection<string> folders, Dictionary<string, HashSet<string>> declared)
    {
        var code = Comment().Replace(source, "");
        var named = FullName().Matches(code).Select(match => match.Groups["folder"].Value).Where(folders.Contains);
        var relative = RelativeName().Matches(code).Where(match => declared.TryGetValue(match.Groups["folder"].Value, out var types) && types.Contains(match.Groups["type"].Value))
            .Select(match => match.Groups["folder"].Value);
        return [.. named, .. relative];
    }

    static List<(string Folder, List<string> Uses)> Table()
    {
        var rows = new List<(string Folder, List<string> Uses)>();
        foreach (Match match in Row().Matches(Repository.Read("ARCHITECTURE.md")))
        {
            var uses = match.Groups["uses"].Value.Trim();
            rows.Add((match.Groups["folder"].Value, uses == Everything ? rows.ConvertAll(row => row.Folder) : [.. uses.Split(", ").Where(use => use != "nothing")]));
        }

        Assert.NotEmpty(rows);
        return rows;
    }

    [GeneratedRegex(@"^\| `Chat\.Node/(?<folder>\w+)/` \|[^|]*\|(?<uses>[^|]*)\|", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 5000)]
    private static partial Regex Row();

    [GeneratedRegex(@"(?<!:)//.*", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Comment();

    [GeneratedRegex(@"\bChat\.Node\.(?<folder>\w+)", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex FullName();

    [GeneratedRegex(@"(?<![\w.])(?<folder>[A-Z]\w+)\.(?<type>[A-Z]\w+)", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex RelativeName();

    [GeneratedRegex(@"^((public|internal|static|sealed|abstract|readonly|ref|partial|unsafe) )*(class|interface|enum|struct|record struct|record class|record) (?<name>\w+)", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 5000)]
    private static partial Regex Declaration();
}
