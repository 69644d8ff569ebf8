using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Chat.Node.Web;

/// <summary>Whom a file is for.</summary>
enum WebFileUse
{
    /// <summary>The chat page: nobody else's page may load or frame it.</summary>
    Page,

    /// <summary>The operator's page, on the internal port only.</summary>
    Operator,

    /// <summary>The SDK and <c>&lt;chat-box&gt;</c>, which pages of products load.</summary>
    Library,
}

/// <summary>
/// A file as browsers get it, compressed or not. Its tag is of its bytes, and browsers ask with it each time: a node of a new version has
/// no page that is half of the old one.
/// </summary>
sealed class WebFile
{
    /// <summary>
    /// Scripts, styles, pictures and connections of this very host, and nothing else: no inline script or style, no <c>eval</c>, no markup from
    /// texts. <c>'self'</c> is the host of <c>/ws</c> too.
    /// </summary>
    public const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
        + "frame-ancestors 'none'; require-trusted-types-for 'script'";

    static readonly StringSegment Gzip = "gzip";

    readonly byte[] _content;
    readonly byte[] _compressed;
    readonly string _contentType;
    readonly WebFileUse _use;
    readonly EntityTagHeaderValue _tag;
    readonly EntityTagHeaderValue _compressedTag;

    public WebFile(string name, byte[] content, WebFileUse use)
    {
        _content = content;
        _compressed = Compress(content);
        _contentType = TypeOf(Path.GetExtension(name));
        _use = use;
        var hash = Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 12));
        (_tag, _compressedTag) = (new($"\"{hash}\""), new($"\"{hash}-gzip\""));
    }

    /// <summary>Answers GET and HEAD.</summary>
    public async Task AnswerAsync(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        var isCompressed = AcceptsGzip(request.Headers.AcceptEncoding);
        var (body, tag) = isCompressed ? (_compressed, _compressedTag) : (_content, _tag);
        SetHeaders(response.Headers);
        response.Headers.ETag = tag.ToString();
        if (HasAlready(request.Headers.IfNoneMatch, tag))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        if (isCompressed)
            response.Headers.ContentEncoding = Gzip.Value;
        response.ContentType = _contentType;
        response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(request.Method))
            await response.Body.WriteAsync(body, context.RequestAborted);
    }

    void SetHeaders(IHeaderDictionary headers)
    {
        headers.CacheControl = "no-cache"; // kept, and asked for with its tag each time
        headers.Vary = HeaderNames.AcceptEncoding;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        if (_use == WebFileUse.Library)
        {
            headers.AccessControlAllowOrigin = "*";
            headers["Cross-Origin-Resource-Policy"] = "cross-origin";
            return;
        }

        headers.XFrameOptions = "DENY";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
    }

    static bool AcceptsGzip(StringValues accepted) =>
        StringWithQualityHeaderValue.TryParseList(Present(accepted), out var encodings)
        && encodings.Any(encoding => encoding.Value.Equals(Gzip, StringComparison.OrdinalIgnoreCase) && encoding.Quality is not 0);

    static bool HasAlready(StringValues tags, EntityTagHeaderValue tag) =>
        EntityTagHeaderValue.TryParseList(Present(tags), out var known)
        && known.Any(one => one.Equals(EntityTagHeaderValue.Any) || one.Compare(tag, useStrongComparison: false));

    static List<string> Present(StringValues values) => [.. values.OfType<string>()];

    static byte[] Compress(byte[] content)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.SmallestSize))
            gzip.Write(content);
        return compressed.ToArray();
    }

    static string TypeOf(string extension) => extension switch
    {
        ".html" => "text/html; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".svg" => "image/svg+xml",
        _ => throw new InvalidOperationException($"a file for browsers ends with {extension}, of which no content type is known"),
    };
}
