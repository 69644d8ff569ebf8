using Xunit;

namespace Chat.SystemTests.Web;

/// <summary>The JavaScript SDK against real nodes that are killed, and the page of the sample that embeds it in a real Chromium.</summary>
[Collection(nameof(SdkNodeTests))]
[CollectionDefinition(nameof(SdkNodeTests), DisableParallelization = true)]
public sealed class SdkNodeTests
{
    public static TheoryData<string> NodeFiles => JavaScript.FilesOf("node");

    public static TheoryData<string> SampleFiles => JavaScript.FilesOf("samples");

    [Theory]
    [MemberData(nameof(NodeFiles))]
    public Task The_sdk_keeps_its_promises_against_real_nodes(string file) => JavaScript.RunAsync("node", file);

    [Theory]
    [MemberData(nameof(SampleFiles))]
    public Task The_page_of_the_sample_works_in_a_real_browser(string file) => JavaScript.RunAsync("samples", file);
}
