using System.Net;
using System.Security.Cryptography;
using Chat.Protocol;

namespace ChatActors.Client;

/// <summary>Files in messages. Servers without files refuse them: <see cref="ErrorCode.UnknownRequest"/>, or <see cref="ErrorCode.Off"/>.</summary>
public static class ChatClientFiles
{
    static readonly HttpClient OwnClient = new() { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>Sends the bytes of a file, to be named in messages of this user. Completes when the server has stored them.</summary>
    /// <param name="client">The client.</param>
    /// <param name="content">The bytes, read twice: it must be possible to go back to where it is now.</param>
    /// <param name="name">For people, without a path.</param>
    /// <param name="type">What kind of file it is, like <c>image/png</c>.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="ChatException"><see cref="ErrorCode.TooLarge"/>, <see cref="ErrorCode.Full"/>, <see cref="ErrorCode.Off"/>; or the bytes were not taken.</exception>
    public static async Task<MessageAttachment> UploadAsync(
        this ChatClient client, Stream content, string name, string type = "application/octet-stream", CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        var start = content.Position;
        var sha256 = Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellationToken));
        var size = content.Position - start;
        var upload = await client.RequestAsync(new StartUploadRequest(name, size, type, sha256), UploadReply.Of, cancellationToken);
        content.Position = start;
        using var body = new StreamContent(new Unowned(content));
        body.Headers.ContentLength = size;
        using var request = new HttpRequestMessage(HttpMethod.Put, AddressOf(client, upload.Put)) { Content = body };
        using var answer = await SendAsync(client, request, cancellationToken);
        if (!answer.IsSuccessStatusCode)
            throw await FailureAsync(answer, cancellationToken);
        return new MessageAttachment(upload.Attachment) { Name = name, Type = type, Size = size, Url = upload.Url };
    }

    /// <summary>Sends a message with files to a user; the text may be empty.</summary>
    public static Task<SentMessage> SendToUserAsync(this ChatClient client, int userId, string text, IReadOnlyList<MessageAttachment> files, CancellationToken cancellationToken = default) =>
        client.SendAsync(isGroup: false, userId, text, new MessageReferences { Attachments = files }, cancellationToken);

    /// <summary>The same for a group.</summary>
    public static Task<SentMessage> SendToGroupAsync(this ChatClient client, int groupId, string text, IReadOnlyList<MessageAttachment> files, CancellationToken cancellationToken = default) =>
        client.SendAsync(isGroup: true, groupId, text, new MessageReferences { Attachments = files }, cancellationToken);

    /// <summary>Gets a file of a message. Its address is good for some hours: that of an older message is over, and the history has a new one.</summary>
    /// <param name="client">The client.</param>
    /// <param name="file">As the message has it.</param>
    /// <param name="destination">Where the bytes go.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="ChatException"><see cref="ErrorCode.NotFound"/>: there is no such file any more, or not for this user. <see cref="ErrorCode.Expired"/>: the address is over.</exception>
    public static async Task DownloadAsync(this ChatClient client, MessageAttachment file, Stream destination, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(destination);
        if (file.Url.Length == 0)
            throw new ChatException(ErrorCode.NotFound, "the server has said no address of this file");
        using var request = new HttpRequestMessage(HttpMethod.Get, AddressOf(client, file.Url));
        using var answer = await SendAsync(client, request, cancellationToken);
        if (!answer.IsSuccessStatusCode)
            throw await FailureAsync(answer, cancellationToken);
        try
        {
            await answer.Content.CopyToAsync(destination, cancellationToken);
        }
        catch (HttpRequestException e)
        {
            throw new ChatException(ErrorCode.Unavailable, e.Message);
        }
    }

    /// <summary>The server says paths alone: an address of its own could lead anywhere.</summary>
    static Uri AddressOf(ChatClient client, string path)
    {
        if (!path.StartsWith("/files/", StringComparison.Ordinal))
            throw new ChatException(ErrorCode.Malformed, "the server has said an address that is none of a file");
        return new Uri(client.Options.FilesAddress ?? OfWebSocket(client.Endpoint), path);
    }

    static Uri OfWebSocket(ChatEndpoint? endpoint) => endpoint?.WebSocket is { } socket
        ? new UriBuilder(socket) { Scheme = socket.Scheme == Uri.UriSchemeWss ? Uri.UriSchemeHttps : Uri.UriSchemeHttp, Path = "/", Query = "" }.Uri
        : throw new ChatException(ErrorCode.Unavailable, "where are files? ChatClientOptions.FilesAddress, or a WebSocket to be connected to, is expected");

    static async Task<HttpResponseMessage> SendAsync(ChatClient client, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await (client.Options.FilesClient ?? OwnClient).SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        }
        catch (HttpRequestException e)
        {
            throw new ChatException(ErrorCode.Unavailable, e.Message);
        }
    }

    static async Task<ChatException> FailureAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        var error = answer.StatusCode switch
        {
            HttpStatusCode.NotFound => ErrorCode.NotFound,
            HttpStatusCode.Forbidden or HttpStatusCode.Gone => ErrorCode.Expired,
            HttpStatusCode.RequestEntityTooLarge => ErrorCode.TooLarge,
            HttpStatusCode.UnprocessableEntity or HttpStatusCode.BadRequest => ErrorCode.Malformed,
            _ => ErrorCode.Unavailable,
        };
        var reason = (await answer.Content.ReadAsStringAsync(cancellationToken)).Trim();
        return new ChatException(error, reason.Length is > 0 and < 500 ? reason : $"the server answers {(int)answer.StatusCode}");
    }

    /// <summary>A stream that is not closed with the request which reads it.</summary>
    sealed class Unowned(Stream inner) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => inner.ReadAsync(buffer, cancellationToken);

        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

        public override void Flush()
        {
            // nothing is written
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
