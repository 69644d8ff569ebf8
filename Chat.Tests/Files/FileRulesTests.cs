using System.Text;
using System.Text.Json;
using Chat.Node.Files;
using Chat.Protocol;
using Chat.Tests.Protocol;
using Xunit;

namespace Chat.Tests.Files;

/// <summary>What clients may say of files, and what browsers are told of them.</summary>
public sealed class FileRulesTests
{
    const string Id = "a_0123456789abcdef0123456789abcdef";

    static readonly string Sha = new('a', 64);

    [Fact]
    public void An_upload_is_read_as_it_is_written()
    {
        var request = new StartUploadRequest("Ann's 📷 \"x\".png", 5_000_000_000, "image/png", Sha);
        Assert.Equal(request, Requests.Read(request.ToBytes()));
        Assert.Equal(request, Requests.Read((request with { Type = "IMAGE/PNG", Sha256 = Sha.ToUpperInvariant() }).ToBytes()));
        var reply = new UploadReply(Id, $"/files/{Id}?u=1&e=2&s=x", 99);
        var bytes = reply.ToBytes(new RequestRef("7"u8.ToArray()));
        Assert.Equal($$"""{"msgid":102,"ref":7,"errno":0,"attachment":"{{Id}}","put":"/files/{{Id}}?u=1&e=2&s=x","until":99}""" + "\n", Encoding.UTF8.GetString(bytes));
        Assert.Equal(reply, UploadReply.Of(JsonDocument.Parse(bytes).RootElement));
    }

    [Theory]
    [InlineData("../../etc/passwd", 1, "image/png", "\"name\" has U+002F at position 3")]
    [InlineData("a\\b", 1, "image/png", "\"name\" has U+005C at position 2")]
    [InlineData("..", 1, "image/png", "\"name\" is a folder")]
    [InlineData("", 1, "image/png", "\"name\" has 0 characters")]
    [InlineData("a\nb", 1, "image/png", "\"name\" has U+000A")]
    [InlineData("a", 0, "image/png", "\"size\" must be the number of bytes")]
    [InlineData("a", -1, "image/png", "\"size\"")]
    [InlineData("a", 1, "png", "\"type\" must be a type like image/png")]
    [InlineData("a", 1, "text/html; charset=x", "\"type\" must be a type")]
    [InlineData("a", 1, "text/ht\r\nx", "\"type\" must be a type")]
    public void What_is_wrong_is_named(string name, long size, string type, string expected) =>
        Assert.Contains(expected, Assert.IsType<InvalidRequest>(Requests.Read(new StartUploadRequest(name, size, type, Sha).ToBytes())).Reason, StringComparison.Ordinal);

    [Theory]
    [InlineData("{\"msgid\":138}", "\"name\" is missing")]
    [InlineData("{\"msgid\":138,\"name\":\"a\",\"size\":1,\"type\":\"a/b\"}", "\"sha256\" is missing")]
    [InlineData("{\"msgid\":138,\"name\":5}", "\"name\" is not a string")]
    [InlineData("{\"msgid\":138,\"size\":\"5\"}", "\"size\" must be")]
    [InlineData("{\"msgid\":138,\"sha256\":\"xyz\"}", "\"sha256\" must have 64")]
    [InlineData("{\"msgid\":138,\"name\":\"a\",\"name\":\"b\"}", "\"name\" is there twice")]
    public void What_is_missing_is_named(string json, string expected) =>
        Assert.Contains(expected, Assert.IsType<InvalidRequest>(Requests.Read(Encoding.UTF8.GetBytes(json))).Reason, StringComparison.Ordinal);

    [Theory]
    [InlineData("5")]
    [InlineData("[5]")]
    [InlineData("[{}]")]
    [InlineData("[{\"id\":5}]")]
    [InlineData("[{\"id\":\"a_../../../../../../../../../../etc\"}]")]
    [InlineData("[{\"id\":\"a_0123456789ABCDEF0123456789abcdef\"}]")]
    public void What_is_no_list_of_files_refuses_a_message(string attachments)
    {
        var message = Assert.IsType<SendMessageRequest>(Requests.Read(Encoding.UTF8.GetBytes($$"""{"msgid":6,"toid":3,"msg":"","attachments":{{attachments}}}""")));
        Assert.Contains("\"attachments\" must be a list of at most 10 objects", Assert.IsType<InvalidRequest>(message.WithReferences()).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_of_a_message_are_read_as_they_are_written_and_only_ten()
    {
        var file = new MessageAttachment(Id) { Name = "x \"y\"", Type = "image/png", Size = 7, Url = "/files/x" };
        var references = new MessageReferences { Reply = 4, Attachments = [file] };
        var read = MessageReferences.Parse(references.ToBytes());
        Assert.Equal((4, file), (read.Reply, Assert.Single(read.Attachments)));
        Assert.False(references.IsEmpty);
        Assert.Empty(references.Recalled.Attachments);
        var many = JsonSerializer.Serialize(new { attachments = Enumerable.Range(0, 11).Select(i => new { id = $"a_{i:x32}" }) });
        Assert.NotNull(MessageReferences.TryRead(JsonDocument.Parse(many).RootElement, out _));
    }

    [Theory]
    [InlineData(null, 0, 10)]
    [InlineData("bytes=0-", 0, 10)]
    [InlineData("bytes=2-4", 2, 3)]
    [InlineData("bytes=9-99", 9, 1)]
    [InlineData("bytes=-3", 7, 3)]
    [InlineData("bytes=-99", 0, 10)]
    [InlineData("bytes=0-1,3-4", 0, 10)]
    [InlineData("bytes=4-2", 0, 10)]
    [InlineData("bytes=x-2", 0, 10)]
    [InlineData("bytes=-", 0, 10)]
    [InlineData("lines=1-2", 0, 10)]
    [InlineData("bytes=99999999999999999999-", 0, 10)]
    public void A_range_is_what_the_standard_says(string? header, long from, long length)
    {
        Assert.True(ByteRange.TryRead(header, 10, out var range));
        Assert.Equal(new ByteRange(from, length), range);
    }

    [Theory]
    [InlineData("bytes=10-")]
    [InlineData("bytes=99-100")]
    [InlineData("bytes=-0")]
    public void A_range_behind_the_end_is_refused(string header) => Assert.False(ByteRange.TryRead(header, 10, out _));

    [Theory]
    [InlineData("text/html")]
    [InlineData("image/svg+xml")]
    [InlineData("application/xhtml+xml")]
    [InlineData("application/pdf")]
    [InlineData("text/javascript")]
    public void What_a_browser_might_run_is_bytes(string type)
    {
        Assert.Equal("application/octet-stream", FileTypes.ToTell(type));
        Assert.False(FileTypes.IsPicture(type));
    }

    [Theory]
    [InlineData("image/png", "89504E470D0A1A0A0000", true)]
    [InlineData("image/jpeg", "FFD8FFE000", true)]
    [InlineData("image/gif", "474946383961", true)]
    [InlineData("image/webp", "524946460000000057454250", true)]
    [InlineData("image/png", "3C68746D6C3E", false)]
    [InlineData("image/jpeg", "", false)]
    [InlineData("image/webp", "5249464600000000", false)]
    [InlineData("text/plain", "3C68746D6C3E", true)]
    public void A_picture_begins_as_one(string type, string head, bool agrees) => Assert.Equal(agrees, FileTypes.Agrees(type, Convert.FromHexString(head)));
}
