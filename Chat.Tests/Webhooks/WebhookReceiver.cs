using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Chat.Node.Settings;
using Chat.Node.Webhooks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Chat.Tests.Webhooks;

/// <summary>A request as it came.</summary>
public sealed record ReceivedEvent(string Id, string Timestamp, string Signature, byte[] Body, HttpStatusCode Answer)
{
    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    /// <summary>Without an answer yet.</summary>
    public static async Task<ReceivedEvent> ReadAsync(HttpRequest request)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        var headers = request.Headers;
        return new ReceivedEvent(
            headers["webhook-id"].ToString(), headers["webhook-timestamp"].ToString(), headers["webhook-signature"].ToString(), body.ToArray(), default);
    }

    public bool IsTaken => (int)Answer is >= 200 and < 300;

    /// <summary>The numbers of its messages.</summary>
    public IEnumerable<long> Seqs => (Json.ValueKind == JsonValueKind.Array ? Json.EnumerateArray().AsEnumerable() : [Json])
        .Select(each => each.GetProperty("data")).Where(data => data.TryGetProperty("seq", out _)).Select(data => data.GetProperty("seq").GetInt64());

    /// <summary>Whether it is signed with a secret as the API has told it.</summary>
    public bool IsSignedWith(string secret) =>
        Signature.Split(' ').Contains(WebhookSignature.Sign([WebhookSecret.Parse(secret)!], Id, long.Parse(Timestamp), Body));
}

/// <summary>A real HTTP server that keeps what is posted to it.</summary>
public sealed class WebhookReceiver : IAsyncDisposable
{
    LocalServer _server = null!;

    public ConcurrentQueue<ReceivedEvent> Events { get; } = new();

    /// <summary>What each request is answered with.</summary>
    public Func<int, HttpStatusCode> Answer { get; set; } = _ => HttpStatusCode.OK;

    public Uri Url { get; private set; } = null!;

    public int Port => Url.Port;

    /// <summary>The numbers that were taken, in the order of their first arrival.</summary>
    public List<long> TakenSeqs => [.. Events.Where(each => each.IsTaken).SelectMany(each => each.Seqs).Distinct()];

    public static async Task<WebhookReceiver> StartAsync(int port = 0)
    {
        var receiver = new WebhookReceiver();
        receiver._server = await LocalServer.StartAsync(port, app =>
        {
            app.MapPost("/hook", receiver.OnPostAsync);
            app.MapPost("/elsewhere", () => Results.Redirect("/hook", preserveMethod: true));
        });
        receiver.Url = receiver._server.Url;
        return receiver;
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    async Task<IResult> OnPostAsync(HttpRequest request)
    {
        var received = await ReceivedEvent.ReadAsync(request);
        var answer = Answer(Events.Count);
        Events.Enqueue(received with { Answer = answer });
        return Results.StatusCode((int)answer);
    }
}
