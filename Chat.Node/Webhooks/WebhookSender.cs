using System.Net;
using System.Net.Sockets;
using Chat.Node.Contracts;
using Chat.Node.Storage;
using Chat.Node.Telemetry;

namespace Chat.Node.Webhooks;

/// <summary>What became of a request to an endpoint.</summary>
/// <param name="IsTaken">It was answered with 2xx within 5 s.</param>
/// <param name="IsGone">It was answered with 410: nothing more is wanted.</param>
/// <param name="Reason">What happened, for people: a status or an error, never the body.</param>
/// <param name="IsTooLarge">It was answered with 413: less at a time may be taken.</param>
readonly record struct SendOutcome(bool IsTaken, bool IsGone, string Reason, bool IsTooLarge = false);

/// <summary>Posts events. Nothing of an answer is read but its status.</summary>
sealed class WebhookSender : IDisposable
{
    /// <summary>Connections to one host: all endpoints may be there, each with its conversations, the other events, a replay and a test. Who waits for one has the less time for its answer.</summary>
    public const int MaxConnections = WebhookStore.Max * (DispatchPlan.MaxRunning + 3);

    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    readonly HttpClient _client;
    readonly RecentAttempts _attempts;
    readonly TimeProvider _clock;
    readonly NodeMeter _meter;

    public WebhookSender(bool allowPrivate, RecentAttempts attempts, TimeProvider clock, NodeMeter? meter = null)
    {
        (_attempts, _clock, _meter) = (attempts, clock, meter ?? NodeMeter.Unread);
        _client = new HttpClient(WebhookHttp.Handler(allowPrivate, MaxConnections)) { Timeout = Timeout };
    }

    /// <summary>Posts an event once. Never fails.</summary>
    public async Task<SendOutcome> PostAsync(WebhookEndpoint endpoint, WebhookBody body)
    {
        try
        {
            using var request = WebhookHttp.Post(endpoint.Url, body.Id, _clock.GetUtcNow(), body.Body, endpoint.Secrets);
            using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            var status = (int)response.StatusCode;
            return new SendOutcome(
                response.IsSuccessStatusCode, response.StatusCode == HttpStatusCode.Gone, $"status {status}", response.StatusCode == HttpStatusCode.RequestEntityTooLarge);
        }
        catch (OperationCanceledException)
        {
            return new SendOutcome(IsTaken: false, IsGone: false, $"no answer within {Timeout.TotalSeconds:0} s");
        }
        catch (Exception e) when (e is HttpRequestException or SocketException or IOException or InvalidOperationException or UriFormatException)
        {
            return new SendOutcome(IsTaken: false, IsGone: false, (e.InnerException ?? e).Message);
        }
    }

    /// <summary>The same, and operators see what came of it.</summary>
    /// <param name="endpoint">Whom to post to.</param>
    /// <param name="body">What.</param>
    /// <param name="attempt">1: the first one with this body.</param>
    public async Task<SendOutcome> PostAsync(WebhookEndpoint endpoint, WebhookBody body, int attempt)
    {
        var (at, begun) = (_clock.GetUtcNow().ToUnixTimeMilliseconds(), _clock.GetTimestamp());
        var outcome = await PostAsync(endpoint, body);
        var milliseconds = (int)_clock.GetElapsedTime(begun).TotalMilliseconds;
        _meter.WebhookAnswered(outcome.IsTaken, milliseconds);
        _attempts.Note(endpoint.Id, new WebhookAttempt(body.Id, at, attempt, outcome.IsTaken, outcome.Reason, milliseconds));
        return outcome;
    }

    public void Dispose() => _client.Dispose();
}
