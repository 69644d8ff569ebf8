using Chat.Client.Terminal;
using Chat.Tests.Support;
using Xunit;

namespace Chat.Tests.Client;

/// <summary>Files that others have sent, in a folder of the user's.</summary>
public sealed class FileSavingTests : IDisposable
{
    readonly TestFolder _folder = new();

    [Theory]
    [InlineData("plan.txt", "plan.txt")]
    [InlineData("../../etc/passwd", "_.._etc_passwd")]
    [InlineData("..\\..\\x.exe", "_.._x.exe")]
    [InlineData("/root/.ssh/id", "_root_.ssh_id")]
    [InlineData(".bashrc", "bashrc")]
    [InlineData("a\nb\u0000c", "a_b_c")]
    [InlineData("...", "file")]
    [InlineData("", "file")]
    [InlineData("C:evil", "C_evil")]
    [InlineData("报告.pdf", "报告.pdf")]
    public void A_name_stays_in_the_folder(string name, string expected) => Assert.Equal(expected, FileSaving.SafeName(name));

    [Fact]
    public async Task What_breaks_off_leaves_nothing()
    {
        var e = await Assert.ThrowsAsync<InvalidOperationException>(() => FileSaving.SaveAsync(_folder.Path, "a.txt", async content =>
        {
            await content.WriteAsync("half"u8.ToArray());
            throw new InvalidOperationException("cut");
        }));

        Assert.Equal("cut", e.Message);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Fact]
    public async Task A_link_that_is_there_is_not_followed()
    {
        var target = Path.Combine(_folder.Path, "target");
        File.CreateSymbolicLink(Path.Combine(_folder.Path, "a.txt"), target);

        var saved = await FileSaving.SaveAsync(_folder.Path, "a.txt", content => content.WriteAsync("x"u8.ToArray()).AsTask());

        Assert.Equal(Path.Combine(_folder.Path, "a (1).txt"), saved);
        Assert.False(File.Exists(target));
    }

    public void Dispose() => _folder.Dispose();
}
