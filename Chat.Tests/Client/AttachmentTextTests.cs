using Chat.Client.Terminal;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Client;

public sealed class AttachmentTextTests
{
    [Theory]
    [InlineData("a.txt", 0, "[a.txt]")]
    [InlineData("a.txt", 999, "[a.txt, 999 B]")]
    [InlineData("a.txt", 12_345, "[a.txt, 12.3 kB]")]
    [InlineData("a.txt", 999_999, "[a.txt, 1 MB]")]
    [InlineData("a.txt", 5_000_000_000, "[a.txt, 5 GB]")]
    [InlineData("", 5, "[a_1, 5 B]")]
    public void A_file_is_said_by_its_name_and_size(string name, long size, string text) =>
        Assert.Equal(text, AttachmentText.Of(new("a_1") { Name = name, Size = size }));

    [Fact]
    public void Files_stand_behind_the_text()
    {
        MessageAttachment[] files = [new("a_1") { Name = "a.txt" }, new("a_2") { Name = "b.txt" }];
        Assert.Equal("look [a.txt] [b.txt]", AttachmentText.With("look", files));
        Assert.Equal("[a.txt] [b.txt]", AttachmentText.With("", files));
        Assert.Equal("look", AttachmentText.With("look", []));
    }

    [Theory]
    [InlineData("plan.PDF", "application/pdf")]
    [InlineData("photo.jpeg", "image/jpeg")]
    [InlineData("noextension", "application/octet-stream")]
    [InlineData("a.tar.gz", "application/octet-stream")]
    public void What_kind_of_file_it_is_says_its_name(string name, string type) => Assert.Equal(type, FileCommands.TypeOf(name));
}
