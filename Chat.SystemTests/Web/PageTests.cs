using Xunit;

namespace Chat.SystemTests.Web;

/// <summary>The chat page and the operator's page in a real Chromium. Never beside others of this process: pages wait for what a busy machine is slow with.</summary>
[Collection(nameof(PageTests))]
[CollectionDefinition(nameof(PageTests), DisableParallelization = true)]
public sealed class PageTests
{
    public static TheoryData<string> Files => JavaScript.FilesOf("browser");

    [Theory]
    [MemberData(nameof(Files))]
    public Task The_page_works_in_a_real_browser(string file) => JavaScript.RunAsync("browser", file);
}
