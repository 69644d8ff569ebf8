using System.Text;
using Chat.Node.Contracts;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Conversations;

public sealed class MessageLimitsTests
{
    static readonly MessageLimits Limits = new(MaxTextBytes: 4096, MaxFrameBytes: 4096);

    [Fact]
    public void What_a_message_refers_to_and_the_addresses_of_its_files_count()
    {
        var body = new ChatBody(Encoding.UTF8.GetBytes($$"""{"msg":"{{new string('x', 2000)}}"}"""), 0);
        Assert.Null(Limits.Problem(2000, body));
        Assert.Null(Limits.Problem(body, MessageReferences.None));
        Assert.Null(Limits.Problem(body, With(files: 3)));
        Assert.Contains("with what it refers to", Limits.Problem(body, With(files: 10)), StringComparison.Ordinal);
    }

    static MessageReferences With(int files) => new()
    {
        Attachments = [.. Enumerable.Range(0, files).Select(i => new MessageAttachment($"a_{i:x32}") { Name = "a.png", Type = "image/png", Size = 7 })],
    };
}
