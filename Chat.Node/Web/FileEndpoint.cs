using System.Buffers;
using System.Globalization;
using Chat.Node.Files;
using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Node.Telemetry;
using Chat.Protocol;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Chat.Node.Web;

/// <summary>
/// <c>/files/ID</c>: takes the bytes of files, and gives them to those who may have them. Who asks is signed into the address (<see cref="FileLinks"/>);
/// whether the user may is looked at each time. Nothing that a user has sent is ever run by a browser: it is downloaded, or is a picture.
/// </summary>
sealed class FileEndpoint(
    ChatSettings settings, UploadDesk desk, FileLinks links, FileStore store, FileUploads uploads, IFileBytes files, TimeProvider clock, ILogger<FileEndpoint> logger)
{
    /// <summary>Files that a node sends at once.</summary>
    public const int MaxDownloads = 256;

    /// <summary>Of them to one user: who reads slowly must not keep files from everybody.</summary>
    public const int MaxDownloadsOfUser = 32;

    /// <summary>The place for files has this time for each piece.</summary>
    static readonly TimeSpan PieceTimeout = TimeSpan.FromSeconds(30);

    const int PieceBytes = 64 * 1024;
    const int ChunkingBytes = 4096;

    readonly OriginRule _origins = new(settings.Web);
    readonly TransferPlaces _downloads = new(MaxDownloads, MaxDownloadsOfUser);

    /// <summary>Files that are being sent.</summary>
    public int Downloads => _downloads.Taken;

    public async Task HandleAsync(HttpContext context)
    {
        var request = context.Request;
        var origin = request.Headers.Origin.Count == 0 ? null : request.Headers.Origin.ToString();
        if (!_origins.Allows(origin, request.Host))
        {
            await RefuseAsync(context, StatusCodes.Status403Forbidden, "pages of this origin may not: see Chat:WebOrigins");
            return;
        }

        if (origin is not null)
            context.Response.Headers.AccessControlAllowOrigin = origin;
        context.Response.Headers.Vary = "Origin";
        var isPut = HttpMethods.IsPut(request.Method);
        if (HttpMethods.IsOptions(request.Method))
        {
            context.Response.Headers.AccessControlAllowMethods = "GET, HEAD, PUT";
            context.Response.Headers.AccessControlAllowHeaders = "Content-Type, Range";
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }

        if (!desk.IsOn)
        {
            await RefuseAsync(context, StatusCodes.Status404NotFound, "this node has no files");
            return;
        }

        try
        {
            await AnswerAsync(context, isPut);
        }
        catch (Exception e) when (e is StorageException or IOException or UnauthorizedAccessException && !context.RequestAborted.IsCancellationRequested)
        {
            Log.RequestFailed(logger, isPut ? "take a file" : "send a file", e);
            if (context.Response.HasStarted)
                context.Abort();
            else
                await RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, "not now: try again");
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // the client is gone
        }
    }

    async Task AnswerAsync(HttpContext context, bool isPut)
    {
        var request = context.Request;
        var id = request.RouteValues["id"] as string;
        if (!FileRule.IsId(id) || links.UserOf(isPut ? LinkUse.Put : LinkUse.Get, id!, request.Query["u"], request.Query["e"], request.Query["s"]) is not { } userId)
        {
            await RefuseAsync(context, StatusCodes.Status403Forbidden, "the address is not signed, or is over: ask for a new one");
            return;
        }

        var file = await store.FindAsync(id!);
        if (isPut)
            await TakeAsync(context, file, userId);
        else if (file is not { IsStored: true } || !await store.MayReadAsync(file, userId))
            await RefuseAsync(context, StatusCodes.Status404NotFound, "there is no such file (any more), or not for you");
        else
            await SendAsync(context, file, userId);
    }

    async Task TakeAsync(HttpContext context, StoredFile? file, int userId)
    {
        if (file is null || file.Owner != userId || file.Standing == FileState.Doomed)
        {
            await RefuseAsync(context, StatusCodes.Status410Gone, "the file is not waited for any more: announce it again");
            return;
        }

        if (file.IsStored)
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent; // it came before, and the answer was lost
            return;
        }

        if (context.Request.ContentLength is { } length && length != file.Size)
        {
            await RefuseAsync(context, StatusCodes.Status422UnprocessableEntity, $"{length} bytes are to come, {file.Size} were announced");
            return;
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = file.Size + (file.Size / 8) + ChunkingBytes; // of what is sent in chunks, their heads count
        try
        {
            var (status, reason) = await uploads.TakeAsync(file, context.Request.Body, context.RequestAborted);
            if (status == StatusCodes.Status201Created)
                context.Response.StatusCode = status;
            else
                await RefuseAsync(context, status, reason);
        }
        catch (BadHttpRequestException e)
        {
            await RefuseAsync(context, e.StatusCode, $"{file.Size} bytes were announced: {e.Message}");
        }
    }

    async Task SendAsync(HttpContext context, StoredFile file, int userId)
    {
        var (request, response) = (context.Request, context.Response);
        var tag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(file.Sha256)}\"");
        var headers = response.Headers;
        headers.ETag = tag.ToString();
        headers.AcceptRanges = "bytes";
        headers.CacheControl = "private, max-age=3600";
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        headers["Referrer-Policy"] = "no-referrer";
        var disposition = new ContentDispositionHeaderValue(FileTypes.IsPicture(file.Type) ? "inline" : "attachment");
        disposition.SetHttpFileName(file.Name);
        headers.ContentDisposition = disposition.ToString();
        if (request.Headers.IfNoneMatch.ToString().Contains(tag.ToString(), StringComparison.Ordinal))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        var ifRange = request.Headers.IfRange.ToString();
        var wanted = ifRange.Length == 0 || ifRange == tag.ToString() ? request.Headers.Range.ToString() : null;
        if (!ByteRange.TryRead(wanted, file.Size, out var range))
        {
            headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes */{file.Size}");
            response.StatusCode = StatusCodes.Status416RangeNotSatisfiable;
            return;
        }

        if (!_downloads.TryEnter(userId))
        {
            await RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, "others are getting files now: try again");
            return;
        }

        try
        {
            await SendAsync(context, file, range);
        }
        finally
        {
            _downloads.Leave(userId);
        }
    }

    async Task SendAsync(HttpContext context, StoredFile file, ByteRange range)
    {
        var response = context.Response;
        var isHead = HttpMethods.IsHead(context.Request.Method);
        await using var bytes = isHead ? Stream.Null : await files.OpenAsync(file, range, context.RequestAborted);
        if (bytes is null)
        {
            Log.FileMissing(logger, file.Id);
            await RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, "the file cannot be read now");
            return;
        }

        response.ContentType = FileTypes.ToTell(file.Type);
        response.ContentLength = range.Length;
        if (range.Length != file.Size)
        {
            response.StatusCode = StatusCodes.Status206PartialContent;
            response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes {range.From}-{range.From + range.Length - 1}/{file.Size}");
        }

        if (!isHead)
            await CopyAsync(bytes, response.Body, range.Length, context.RequestAborted);
    }

    /// <exception cref="IOException">There are fewer bytes than there should be, or they come too slowly: the client is told by the end of the connection.</exception>
    async Task CopyAsync(Stream bytes, Stream body, long length, CancellationToken aborted)
    {
        var piece = ArrayPool<byte>.Shared.Rent(PieceBytes);
        try
        {
            for (var left = length; left > 0;)
            {
                var read = await bytes.ReadAsync(piece.AsMemory(0, (int)Math.Min(left, PieceBytes)), aborted).AsTask().WaitAsync(PieceTimeout, clock, aborted);
                if (read == 0)
                    throw new IOException("the file has become shorter");
                await body.WriteAsync(piece.AsMemory(0, read), aborted);
                left -= read;
            }

            ArrayPool<byte>.Shared.Return(piece);
        }
        catch (TimeoutException e)
        {
            throw new IOException("the place for files does not go on", e); // the piece is not given back: it may still be written to
        }
    }

    static Task RefuseAsync(HttpContext context, int status, string reason)
    {
        var response = context.Response;
        response.Headers.ContentDisposition = default;
        response.Headers.ETag = default;
        response.Headers.CacheControl = "no-store";
        response.StatusCode = status;
        if (HttpMethods.IsPut(context.Request.Method) && HttpProtocol.IsHttp11(context.Request.Protocol))
            response.Headers.Connection = "close"; // the rest of the body is not read, and may be too much to pass over: nothing can follow it
        if (status == StatusCodes.Status503ServiceUnavailable)
            response.Headers.RetryAfter = "1";
        response.ContentType = "text/plain; charset=utf-8";
        return response.WriteAsync(reason + "\n");
    }
}
