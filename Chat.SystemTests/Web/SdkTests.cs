using Xunit;

namespace Chat.SystemTests.Web;

/// <summary>The JavaScript SDK: its rules, and against a fake server that does what networks and dying servers do.</summary>
public sealed class SdkTests
{
    public static TheoryData<string> Files => JavaScript.FilesOf("sdk");

    [Theory]
    [MemberData(nameof(Files))]
    public Task Every_test_of_the_sdk_passes(string file) => JavaScript.RunAsync("sdk", file);
}
