using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Chat.Tests.Support;

/// <summary>
/// A small server that speaks as S3 does, one bucket in its memory: objects are put, got (also parts of them) and deleted. It looks at the signature of each request
/// and at the hash of what is sent, and fails, or does not answer, when it is told to.
/// </summary>
sealed class FakeS3 : IAsyncDisposable
{
    public const string Bucket = "chat-files";
    public const string AccessKey = "AKFAKE";
    public const string SecretKey = "a-secret-of-the-fake";

    readonly WebApplication _app;
    int _requests;

    FakeS3(WebApplication app) => _app = app;

    public ConcurrentDictionary<string, byte[]> Objects { get; } = new(StringComparer.Ordinal);

    public Uri Url { get; private set; } = null!;

    public int Requests => Volatile.Read(ref _requests);

    /// <summary>A status that a request gets instead of its answer; null: its answer.</summary>
    public Func<HttpRequest, int?> Fail { get; set; } = _ => null;

    /// <summary>What each answer waits for.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    /// <summary>Answers with an object end in the middle of it.</summary>
    public bool Cuts { get; set; }

    /// <summary>Settings of a node that has its files here.</summary>
    public string[] Settings =>
    [
        "--Chat:Files:Store=s3", $"--Chat:Files:S3:Endpoint={Url}", $"--Chat:Files:S3:Bucket={Bucket}", $"--Chat:Files:S3:AccessKey={AccessKey}",
        $"--Chat:Files:S3:SecretKey={SecretKey}", "--Chat:Files:S3:Region=eu-test-1",
    ];

    public static async Task<FakeS3> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var server = new FakeS3(app);
        app.Run(server.AnswerAsync);
        await app.StartAsync();
        server.Url = new Uri(app.Urls.Single());
        return server;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    async Task AnswerAsync(HttpContext context)
    {
        Interlocked.Increment(ref _requests);
        var request = context.Request;
        using var copy = new MemoryStream();
        await request.Body.CopyToAsync(copy, context.RequestAborted);
        var body = copy.ToArray();
        await Gate.WaitAsync(context.RequestAborted);
        var parts = request.Path.Value!.Split('/', 3);
        var key = parts.ElementAtOrDefault(2) ?? "";
        if (Fail(request) is { } status)
            await RefuseAsync(context, status, "InternalError");
        else if (ProblemOf(request, body) is { } problem)
            await RefuseAsync(context, StatusCodes.Status403Forbidden, problem);
        else if (parts[1] != Bucket)
            await RefuseAsync(context, StatusCodes.Status404NotFound, "NoSuchBucket");
        else if (HttpMethods.IsPut(request.Method))
            await TakeAsync(context, key, body);
        else if (HttpMethods.IsDelete(request.Method))
            (context.Response.StatusCode, _) = (StatusCodes.Status204NoContent, Objects.TryRemove(key, out _));
        else if (!Objects.TryGetValue(key, out var found))
            await RefuseAsync(context, StatusCodes.Status404NotFound, "NoSuchKey");
        else
            await SendAsync(context, found);
    }

    async Task TakeAsync(HttpContext context, string key, byte[] body)
    {
        if (context.Request.ContentLength != body.Length)
        {
            await RefuseAsync(context, StatusCodes.Status411LengthRequired, "MissingContentLength");
            return;
        }

        Objects[key] = body;
#pragma warning disable CA5351 // what S3 makes its tags of
        context.Response.Headers.ETag = $"\"{Convert.ToHexStringLower(MD5.HashData(body))}\"";
#pragma warning restore CA5351
    }

    async Task SendAsync(HttpContext context, byte[] found)
    {
        var range = context.Request.Headers.Range.ToString();
        var (from, to) = (0, found.Length - 1);
        if (range.Length > 0)
        {
            var ends = range["bytes=".Length..].Split('-');
            (from, to) = (int.Parse(ends[0], CultureInfo.InvariantCulture), int.Parse(ends[1], CultureInfo.InvariantCulture));
            context.Response.StatusCode = StatusCodes.Status206PartialContent;
            context.Response.Headers.ContentRange = $"bytes {from}-{to}/{found.Length}";
        }

        context.Response.ContentLength = to - from + 1;
        await context.Response.Body.WriteAsync(found.AsMemory(from, Cuts ? (to - from + 1) / 2 : to - from + 1));
        if (Cuts)
        {
            await context.Response.Body.FlushAsync();
            context.Abort();
        }
    }

    /// <summary>What is wrong with the signature of a request (Signature Version 4).</summary>
    static string? ProblemOf(HttpRequest request, byte[] body)
    {
        const string Scheme = "AWS4-HMAC-SHA256 ";
        var header = request.Headers.Authorization.ToString();
        if (!header.StartsWith(Scheme, StringComparison.Ordinal))
            return "AccessDenied";
        var fields = header[Scheme.Length..].Split(',', StringSplitOptions.TrimEntries).Select(field => field.Split('=', 2)).ToDictionary(field => field[0], field => field[1]);
        var scope = fields["Credential"].Split('/', 2);
        if (scope[0] != AccessKey)
            return "InvalidAccessKeyId";
        var hash = request.Headers["x-amz-content-sha256"].ToString();
        if (hash.Length == 64 && hash != Convert.ToHexStringLower(SHA256.HashData(body)))
            return "XAmzContentSHA256Mismatch";
        var names = fields["SignedHeaders"].Split(';');
        var canonical = string.Join('\n', [
            request.Method, request.Path.ToUriComponent(), string.Join('&', request.QueryString.Value!.TrimStart('?').Split('&').Order(StringComparer.Ordinal)),
            .. names.Select(name => $"{name}:{(name == "host" ? request.Host.ToString() : request.Headers[name].ToString()).Trim()}"), "", fields["SignedHeaders"], hash]);
        var toSign = $"AWS4-HMAC-SHA256\n{request.Headers["x-amz-date"]}\n{scope[1]}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        var key = scope[1].Split('/').Aggregate(Encoding.UTF8.GetBytes($"AWS4{SecretKey}"), (secret, part) => HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes(part)));
        return fields["Signature"] == Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(toSign))) ? null : "SignatureDoesNotMatch";
    }

    static Task RefuseAsync(HttpContext context, int status, string code)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/xml";
        return context.Response.WriteAsync($"<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>{code}</Code><Message>so it is</Message></Error>");
    }
}
