using Xunit;

namespace Chat.SystemTests.Web;

/// <summary>The JavaScript SDK: its rules, and against a fake server that does what networks and dying servers do. And the rules of the operator's page.</summary>
public sealed class SdkTests
{
    public static TheoryData<string> Files => JavaScript.FilesOf("sdk");

    public static TheoryData<string> OperateFiles => JavaScript.FilesOf("operate");

    [Theory]
    [MemberData(nameof(Files))]
    public Task Every_test_of_the_sdk_passes(string file) => JavaScript.RunAsync("sdk", file);

    [Theory]
    [MemberData(nameof(OperateFiles))]
    public Task Every_test_of_the_rules_of_the_operators_page_passes(string file) => JavaScript.RunAsync("operate", file);
}
