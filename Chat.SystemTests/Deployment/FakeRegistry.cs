using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Chat.Checker.Processes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Chat.SystemTests.Deployment;

/// <summary>A registry of images with one image that has next to nothing in it: what a new one can be put upon without a network.</summary>
sealed class FakeRegistry : IAsyncDisposable
{
    const string Manifest = "application/vnd.docker.distribution.manifest.v2+json";

    readonly WebApplication _app;
    readonly Dictionary<string, byte[]> _blobs = [];
    readonly byte[] _manifest;

    FakeRegistry(int port)
    {
        Port = port;
        var layer = Layer(out var layerOfTar);
        var config = JsonSerializer.SerializeToUtf8Bytes(new
        {
            architecture = "amd64",
            os = "linux",
            config = new { Env = (string[])["PATH=/usr/bin"] },
            rootfs = new { type = "layers", diff_ids = (string[])[layerOfTar] },
            history = (object[])[new { created = "2026-01-01T00:00:00Z", created_by = "a test" }],
        });
        _manifest = JsonSerializer.SerializeToUtf8Bytes(new
        {
            schemaVersion = 2,
            mediaType = Manifest,
            config = new { mediaType = "application/vnd.docker.container.image.v1+json", size = config.Length, digest = Keep(config) },
            layers = (object[])[new { mediaType = "application/vnd.docker.image.rootfs.diff.tar.gzip", size = layer.Length, digest = Keep(layer) }],
        });
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.Urls.Add($"http://127.0.0.1:{port}");
        _app.MapGet("/v2/", () => Results.Ok());
        _app.MapMethods("/v2/base/manifests/{reference}", ["GET", "HEAD"], (HttpContext context) =>
        {
            context.Response.Headers["Docker-Content-Digest"] = DigestOf(_manifest);
            return Results.Bytes(_manifest, Manifest);
        });
        _app.MapMethods("/v2/base/blobs/{digest}", ["GET", "HEAD"], (string digest) => _blobs.TryGetValue(digest, out var blob) ? Results.Bytes(blob) : Results.NotFound());
    }

    public int Port { get; }

    /// <summary>The name of its image.</summary>
    public string Image => $"localhost:{Port}/base:1";

    public static async Task<FakeRegistry> StartAsync()
    {
        var registry = new FakeRegistry(FreePort.Next());
        await registry._app.StartAsync();
        return registry;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    string Keep(byte[] blob)
    {
        _blobs[DigestOf(blob)] = blob;
        return DigestOf(blob);
    }

    static byte[] Layer(out string digestOfTar)
    {
        using var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, leaveOpen: true))
            writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "etc/base") { DataStream = new MemoryStream(Encoding.ASCII.GetBytes("base\n")) });
        digestOfTar = DigestOf(tar.ToArray());
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest))
            gzip.Write(tar.ToArray());
        return compressed.ToArray();
    }

    static string DigestOf(byte[] bytes) => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(bytes))}";
}
