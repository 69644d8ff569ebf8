using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Chat.Node.Settings;
using Chat.Tests.Support;
using Xunit;

namespace Chat.SystemTests.EndToEnd;

/// <summary>A node with a folder of files, and two users.</summary>
[Collection(NodeCollection.Name)]
public abstract class FileTest : IAsyncLifetime, IDisposable
{
    private protected const int MaxBytes = 600_000;

    private protected static readonly byte[] Png = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, .. Enumerable.Range(0, 3000).Select(i => (byte)i)];

    private protected readonly TestFolder _folder;
    private protected readonly HttpClient _http = new();
    private protected TestNode _node = null!;
    private protected ModernTestClient _alice = null!;
    private protected ModernTestClient _bob = null!;

    private protected FileTest(StorageProvider provider) => _folder = new TestFolder(provider);

    private protected string Files => Path.Combine(_folder.Path, "files");

    public async Task InitializeAsync()
    {
        _node = await StartAsync();
        _http.BaseAddress = new Uri($"http://127.0.0.1:{_node.WebPort}");
        _alice = await ModernTestClient.NewAsync(_node.Port, "alice");
        _bob = await ModernTestClient.NewAsync(_node.Port, "bob");
    }

    public async Task DisposeAsync()
    {
        await _alice.DisposeAsync();
        await _bob.DisposeAsync();
        await _node.DisposeAsync();
    }

    public void Dispose()
    {
        _http.Dispose();
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected static Uri Relative(string address) => new(address, UriKind.Relative);

    private protected static Task<JsonElement> SendAsync(ModernTestClient client, int to, string msg, string id) =>
        client.RequestAsync(new { msgid = 6, toid = to, msg, cmid = $"c{Guid.NewGuid():N}", attachments = new[] { new { id } } });

    private protected static Task<JsonElement> StartUploadAsync(ModernTestClient client, string name, string type, byte[] bytes) =>
        client.RequestAsync(new { msgid = 138, name, size = bytes.Length, type, sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes)) });

    private protected Task<TestNode> StartAsync(string folder = "files") => TestNode.StartAsync(
        _folder, $"--Chat:Files:Folder={Path.Combine(_folder.Path, folder)}", $"--Chat:Files:MaxBytes={MaxBytes}", "--Chat:Files:MaxPerUserMegabytes=1");

    private protected async Task<string> UploadAsync(ModernTestClient client, string name, string type, byte[] bytes)
    {
        var start = await StartUploadAsync(client, name, type, bytes);
        Assert.True(start.Number("errno") == 0, start.ToString());
        using var put = await _http.PutAsync(Relative(start.Text("put")), new ByteArrayContent(bytes));
        Assert.Equal(HttpStatusCode.Created, put.StatusCode);
        return start.Text("attachment");
    }
}
