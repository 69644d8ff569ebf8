using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using Chat.Node.Files;
using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Tests.Support;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Chat.SystemTests.EndToEnd;

/// <summary>Files in a bucket, at a server that does not always answer.</summary>
[Collection(NodeCollection.Name)]
public sealed class S3FileTests : IAsyncLifetime, IDisposable
{
    static readonly byte[] Bytes = [.. Enumerable.Range(0, 300_000).Select(i => (byte)(i * 31))];

    readonly TestFolder _folder = new();
    readonly HttpClient _http = new();
    FakeS3 _s3 = null!;
    TestNode _node = null!;
    ModernTestClient _alice = null!;

    public async Task InitializeAsync()
    {
        _s3 = await FakeS3.StartAsync();
        _node = await StartAsync();
        _http.BaseAddress = new Uri($"http://127.0.0.1:{_node.WebPort}");
        _alice = await ModernTestClient.NewAsync(_node.Port, "alice");
    }

    public async Task DisposeAsync()
    {
        await _alice.DisposeAsync();
        await _node.DisposeAsync();
        await _s3.DisposeAsync();
    }

    public void Dispose()
    {
        _http.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_file_is_an_object_of_the_bucket_comes_back_whole_and_in_parts_and_goes()
    {
        var id = await UploadAsync();
        Assert.Equal(Bytes, _s3.Objects[$"{id[2..4]}/{id}"]);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(_folder.Path, "files"), "a_*", SearchOption.AllDirectories));
        Assert.Equal(Bytes, await _http.GetByteArrayAsync(AddressOf(id)));
        using var part = new HttpRequestMessage(HttpMethod.Get, AddressOf(id)) { Headers = { Range = new RangeHeaderValue(70_000, 199_999) } };
        using var got = await _http.SendAsync(part);
        Assert.Equal((HttpStatusCode.PartialContent, $"bytes 70000-199999/{Bytes.Length}"), (got.StatusCode, got.Content.Headers.ContentRange?.ToString()));
        Assert.Equal(Bytes[70_000..200_000], await got.Content.ReadAsByteArrayAsync());
        using var head = new HttpRequestMessage(HttpMethod.Head, AddressOf(id));
        Assert.Equal(Bytes.Length, (await _http.SendAsync(head)).Content.Headers.ContentLength);

        await _node.ExecuteAsync($"UPDATE Attachment SET since = 1 WHERE id = '{id}'");
        await _node.Service<FileSweeper>().SweepAsync();
        Assert.DoesNotContain(id, string.Join(' ', _s3.Objects.Keys), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await _http.GetAsync(AddressOf(id))).StatusCode);
    }

    [Fact]
    public async Task What_the_bucket_does_not_take_or_give_is_to_be_tried_again()
    {
        var start = await AnnounceAsync();
        _s3.Fail = request => HttpMethods.IsPut(request.Method) ? 500 : null;
        using (var refused = await PutAsync(start))
            Assert.Equal((HttpStatusCode.ServiceUnavailable, "1"), (refused.StatusCode, refused.Headers.RetryAfter?.ToString()));
        Assert.False((await _node.Service<FileStore>().FindAsync(start.Text("attachment")))!.IsStored);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(_folder.Path, "files", "parts")));
        _s3.Fail = _ => null;
        Assert.Equal(HttpStatusCode.Created, (await PutAsync(start)).StatusCode);

        var id = start.Text("attachment");
        _s3.Fail = _ => 503;
        using (var refused = await _http.GetAsync(AddressOf(id)))
            Assert.Equal((HttpStatusCode.ServiceUnavailable, "1"), (refused.StatusCode, refused.Headers.RetryAfter?.ToString()));
        _s3.Fail = _ => 404; // as a proxy says it, with no word of a key
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await _http.GetAsync(AddressOf(id))).StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await PutAsync(await AnnounceAsync())).StatusCode);
        _s3.Fail = _ => null;
        _s3.Cuts = true;
        await Assert.ThrowsAnyAsync<Exception>(() => _http.GetByteArrayAsync(AddressOf(id))); // never a shorter file that looks whole
        _s3.Cuts = false;
        Assert.Equal(Bytes, await _http.GetByteArrayAsync(AddressOf(id)));
    }

    [Fact]
    public async Task A_bucket_whose_first_mark_could_not_be_put_is_marked_by_a_later_try()
    {
        _s3.Fail = request => HttpMethods.IsPut(request.Method) ? 500 : null;
        Assert.Equal(10, (await AnnounceAsync(_alice)).Number("errno"));
        _s3.Fail = _ => null;
        await UploadAsync();
        Assert.NotEmpty(_s3.Objects["chatactors-files"]);
    }

    [Fact]
    public async Task A_bucket_that_does_not_answer_has_its_time_and_the_node_goes_on()
    {
        var start = await AnnounceAsync();
        var gate = new TaskCompletionSource();
        _s3.Gate = gate.Task;
        var put = PutAsync(start);
        await Eventually.TrueAsync(() => _s3.Requests > 0 && !put.IsCompleted);
        Assert.Equal(0, (await _alice.SendToAsync(_alice.UserId, "meanwhile")).Number("errno"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await put).StatusCode);
        gate.SetResult();
        Assert.Equal(HttpStatusCode.Created, (await PutAsync(start)).StatusCode);
    }

    [Fact]
    public async Task A_node_with_another_bucket_takes_no_files_and_one_without_an_answer_takes_them_later()
    {
        await UploadAsync();
        await _node.DisposeAsync();
        var mark = _s3.Objects["chatactors-files"];
        _s3.Objects["chatactors-files"] = [.. mark.Reverse()];
        _node = await StartAsync();
        Assert.Contains("Chat:Files:S3:Bucket", _node.Service<UploadDesk>().Problem, StringComparison.Ordinal);
        await _node.DisposeAsync();
        _s3.Objects["chatactors-files"] = mark;
        _s3.Fail = _ => 503;
        _node = await StartAsync();
        await using var bob = await ModernTestClient.NewAsync(_node.Port, "bob");
        Assert.Equal(10, (await AnnounceAsync(bob)).Number("errno"));
        _s3.Fail = _ => null;
        Assert.Equal(0, (await AnnounceAsync(bob)).Number("errno"));
    }

    [Theory]
    [InlineData("Chat:Files:S3:Bucket is wrong, says the server of the files: NoSuchBucket", "--Chat:Files:S3:Bucket=another")]
    [InlineData("Chat:Files:S3:AccessKey is wrong, says the server of the files: InvalidAccessKeyId", "--Chat:Files:S3:AccessKey=another")]
    [InlineData("Chat:Files:S3:SecretKey is wrong, says the server of the files: SignatureDoesNotMatch", "--Chat:Files:S3:SecretKey=another")]
    public async Task A_setting_that_the_server_calls_wrong_stops_the_start_with_its_name(string expected, string setting)
    {
        using var folder = new TestFolder();
        var wrong = await Assert.ThrowsAsync<SettingsException>(() => TestNode.StartAsync(folder, [.. _s3.Settings, $"--Chat:Files:Folder={folder.Path}/files", setting]));
        Assert.Equal(expected, wrong.Message);
    }

    Task<TestNode> StartAsync() => TestNode.StartAsync(_folder, [.. _s3.Settings, $"--Chat:Files:Folder={Path.Combine(_folder.Path, "files")}", "--Chat:Files:S3:TimeoutSeconds=1"]);

    Uri AddressOf(string id) => new(_node.Service<FileLinks>().GetAddress(id, _alice.UserId), UriKind.Relative);

    Task<JsonElement> AnnounceAsync(ModernTestClient? by = null) => (by ?? _alice).RequestAsync(
        new { msgid = 138, name = "x.bin", size = Bytes.Length, type = "application/x-thing", sha256 = Convert.ToHexStringLower(SHA256.HashData(Bytes)) });

    Task<HttpResponseMessage> PutAsync(JsonElement start) => _http.PutAsync(new Uri(start.Text("put"), UriKind.Relative), new ByteArrayContent(Bytes));

    async Task<string> UploadAsync()
    {
        var start = await AnnounceAsync();
        Assert.Equal(HttpStatusCode.Created, (await PutAsync(start)).StatusCode);
        return start.Text("attachment");
    }
}
