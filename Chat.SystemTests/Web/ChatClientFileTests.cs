using System.Security.Cryptography;
using Chat.Protocol;
using Chat.SystemTests.EndToEnd;
using Chat.Tests.Client;
using Chat.Tests.Support;
using ChatActors.Client;
using Xunit;

namespace Chat.SystemTests.Web;

/// <summary>Files by the library, over a WebSocket and over TCP.</summary>
[Collection(NodeCollection.Name)]
public sealed class ChatClientFileTests : IDisposable
{
    readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_file_is_sent_with_a_message_and_got(bool isWebSocket)
    {
        await using var node = await TestNode.StartAsync(_folder, $"--Chat:Files:Folder={Path.Combine(_folder.Path, "files")}");
        var options = isWebSocket
            ? new ChatClientOptions { Endpoints = [new ChatEndpoint(new Uri($"ws://127.0.0.1:{node.WebPort}/ws"))] }
            : new ChatClientOptions { Endpoints = [new ChatEndpoint("127.0.0.1", node.Port)], FilesAddress = new Uri($"http://127.0.0.1:{node.WebPort}") };
        await using (var registering = new ChatClient(options))
        {
            await registering.ConnectAsync();
            await registering.RegisterAsync("alice", "pw");
            await registering.RegisterAsync("bob", "pw");
        }

        await using var alice = await TestClient.LogInAsync(options, "alice");
        await using var bob = await TestClient.LogInAsync(options, "bob");
        var bytes = RandomNumberGenerator.GetBytes(200_000);
        using var content = new MemoryStream(bytes);
        var file = await alice.Client.UploadAsync(content, "a b.bin");
        Assert.True(content.CanRead);
        var sent = await alice.Client.SendToUserAsync(bob.Client.UserId!.Value, "look", [file]);
        var page = await bob.Client.FetchHistoryAsync(sent.Conversation, limit: 10);
        var got = Assert.Single(Assert.Single(page.Messages).Attachments);
        Assert.Equal((file.Id, "a b.bin", 200_000L), (got.Id, got.Name, got.Size));
        using var copy = new MemoryStream();
        await bob.Client.DownloadAsync(got, copy);
        Assert.Equal(bytes, copy.ToArray());

        await alice.Client.RecallAsync(sent.Conversation, sent.Seq);
        Assert.Equal(ErrorCode.NotFound, (await Assert.ThrowsAsync<ChatException>(() => bob.Client.DownloadAsync(got, copy))).Code);
        Assert.Equal(ErrorCode.Malformed, (await Assert.ThrowsAsync<ChatException>(() => bob.Client.DownloadAsync(got with { Url = "https://evil.example/" }, copy))).Code);
    }
}
