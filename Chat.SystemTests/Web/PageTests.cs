using Xunit;

namespace Chat.SystemTests.Web;

/// <summary>The SDK against real nodes that are killed, and the chat page in a real Chromium. Alone: pages wait for what a busy machine is slow with.</summary>
[Collection(nameof(PageTests))]
[CollectionDefinition(nameof(PageTests), DisableParallelization = true)]
public sealed class PageTests
{
    public static TheoryData<string> NodeFiles => JavaScript.FilesOf("node");

    public static TheoryData<string> BrowserFiles => JavaScript.FilesOf("browser");

    public static TheoryData<string> SampleFiles => JavaScript.FilesOf("samples");

    [Theory]
    [MemberData(nameof(NodeFiles))]
    public Task The_sdk_keeps_its_promises_against_real_nodes(string file) => JavaScript.RunAsync("node", file);

    [Theory]
    [MemberData(nameof(BrowserFiles))]
    public Task The_page_works_in_a_real_browser(string file) => JavaScript.RunAsync("browser", file);

    [Theory]
    [MemberData(nameof(SampleFiles))]
    public Task The_page_of_the_sample_works_in_a_real_browser(string file) => JavaScript.RunAsync("samples", file);
}
