using System.Reflection;
using System.Text.RegularExpressions;
using Chat.Protocol;
using Chat.Tests.Support;
using Xunit;

namespace Chat.Tests.Architecture;

/// <summary>The documents that describe the code say what is there.</summary>
public sealed class DocumentationTests
{
    static readonly Regex FileName = new(
        @"[\w./-]+\.(cs|sql|csproj|json|md|sh|conf|yml)\b",
        RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5));

    public static TheoryData<int> MessageKinds => [.. NumbersOf(typeof(MessageKind))];

    public static TheoryData<ErrorCode> ErrorCodes => [.. Enum.GetValues<ErrorCode>()];

    [Fact]
    public void Every_file_that_the_way_of_a_message_names_exists()
    {
        var all = Directory.EnumerateFiles(Repository.Root, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Repository.Root, file).Replace('\\', '/'))
            .Where(file => !file.StartsWith("artifacts/", StringComparison.Ordinal) && !file.StartsWith(".git/", StringComparison.Ordinal))
            .ToList();
        var named = FileName.Matches(Repository.Read("docs/MESSAGE_FLOW.md")).Select(match => match.Value.TrimStart('.', '/')).Distinct().ToList();
        Assert.NotEmpty(named);
        Assert.DoesNotContain(named, name => !all.Exists(file => file == name || file.EndsWith("/" + name, StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(MessageKinds))]
    public void Every_number_of_a_message_is_in_the_protocol_document(int number) =>
        Assert.Contains(Repository.Read("docs/PROTOCOL.md").Split('\n'), line => HasNumber(line, number));

    [Theory]
    [MemberData(nameof(ErrorCodes))]
    public void Every_error_is_in_the_protocol_document_with_its_number(ErrorCode code) =>
        Assert.Contains(
            Repository.Read("docs/PROTOCOL.md").Split('\n'),
            line => HasNumber(line, (int)code) && line.Contains(code.ToString(), StringComparison.Ordinal));

    static bool HasNumber(string line, int number) =>
        Regex.IsMatch(line, $@"(?<![\w.]){number}(?![\w.]\w)", RegexOptions.None, TimeSpan.FromSeconds(5));

    static IEnumerable<int> NumbersOf(Type kinds) =>
        kinds.GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (int)field.GetRawConstantValue()!);
}
