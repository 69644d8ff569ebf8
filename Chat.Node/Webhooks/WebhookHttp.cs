using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;

namespace Chat.Node.Webhooks;

/// <summary>
/// How the product's own servers are asked. Redirects are not followed. Addresses are checked when they are connected to, after the name was resolved: a
/// name may mean another address the next time.
/// </summary>
static class WebhookHttp
{
    static readonly MediaTypeHeaderValue Json = new("application/json");

    public static SocketsHttpHandler Handler(bool allowPrivate, int maxConnections) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        MaxConnectionsPerServer = maxConnections,
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        ConnectCallback = (context, cancelled) => ConnectAsync(context.DnsEndPoint, allowPrivate, cancelled),
    };

    /// <summary>A request with the headers of Standard Webhooks; without a secret it is not signed.</summary>
    public static HttpRequestMessage Post(string url, string id, DateTimeOffset now, ReadOnlyMemory<byte> body, IReadOnlyList<byte[]> secrets)
    {
        var timestamp = now.ToUnixTimeSeconds();
        var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ReadOnlyMemoryContent(body) };
        request.Content.Headers.ContentType = Json;
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", timestamp.ToString(CultureInfo.InvariantCulture));
        if (secrets.Count > 0)
            request.Headers.Add("webhook-signature", WebhookSignature.Sign(secrets, id, timestamp, body.Span));
        return request;
    }

    static async ValueTask<Stream> ConnectAsync(DnsEndPoint target, bool allowPrivate, CancellationToken cancelled)
    {
        var addresses = await Dns.GetHostAddressesAsync(target.Host, cancelled);
        var allowed = allowPrivate ? addresses : [.. addresses.Where(address => !PrivateAddress.Is(address))];
        if (allowed.Length == 0)
            throw new HttpRequestException($"{target.Host} has no public address, and Chat:Webhooks:AllowPrivate is false");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, target.Port, cancelled);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
