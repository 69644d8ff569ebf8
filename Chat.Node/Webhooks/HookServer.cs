using System.Net.Sockets;
using Chat.Node.Contracts;
using Chat.Node.Settings;
using Chat.Node.Telemetry;

namespace Chat.Node.Webhooks;

/// <summary>The product's own server that is asked before something is accepted: with a bound on time and on questions, and not at all for a while when it is away.</summary>
sealed class HookServer(HookSettings settings, bool allowPrivate, MessageLimits limits, TimeProvider clock, ILogger<BeforeHook> logger) : IDisposable
{
    /// <summary>Questions of a node that are under way; others wait for a place.</summary>
    public const int MaxUnderWay = 256;

    /// <summary>From the question to the answer, waiting for a place included.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    const int EscapedByte = 6;
    const int EnvelopeBytes = 4096;

    readonly SemaphoreSlim _places = new(MaxUnderWay);
    readonly CircuitBreaker _breaker = new();
    readonly HttpClient _client = new(WebhookHttp.Handler(allowPrivate, MaxUnderWay))
    {
        Timeout = Timeout.InfiniteTimeSpan,
        MaxResponseContentBufferSize = (limits.MaxTextBytes * EscapedByte) + EnvelopeBytes,
    };

    readonly string _url = settings.BeforeMessage!.AbsoluteUri;

    public int UnderWay => MaxUnderWay - _places.CurrentCount;

    /// <summary>Asks once. Never fails. Null: there was no answer, or none that can be used.</summary>
    /// <param name="id">The header <c>webhook-id</c>.</param>
    /// <param name="bodyOf">The question, at a time in milliseconds since 1970, UTC.</param>
    /// <param name="problemOf">Why a text cannot stand in place of the one that was asked about; null if it can.</param>
    public async Task<HookVerdict?> AskAsync(string id, Func<long, ReadOnlyMemory<byte>> bodyOf, Func<string, string?> problemOf)
    {
        if (!_breaker.TryEnter(clock.CoarseMilliseconds(), out var turn))
            return null;
        using var limit = new CancellationTokenSource(Patience, clock);
        if (!await TryTakePlaceAsync(limit.Token))
            return Unusable($"{MaxUnderWay} other messages waited for it");
        try
        {
            var now = clock.GetUtcNow();
            using var request = WebhookHttp.Post(_url, id, now, bodyOf(now.ToUnixTimeMilliseconds()), settings.Secrets);
            using var response = await _client.SendAsync(request, limit.Token);
            OnAnswered();
            if (!response.IsSuccessStatusCode)
                return Unusable($"status {(int)response.StatusCode}");
            var json = await response.Content.ReadAsByteArrayAsync(limit.Token);
            return HookAnswer.Read(json, problemOf, out var verdict) is { } wrong ? Unusable(wrong) : verdict;
        }
        catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
        {
            OnAnswered();
            return Unusable("its answer is too long");
        }
        catch (OperationCanceledException)
        {
            return Failed(turn, $"no answer within {Patience.TotalSeconds:0} s");
        }
        catch (Exception e) when (e is HttpRequestException or SocketException or IOException)
        {
            return Failed(turn, (e.InnerException ?? e).Message);
        }
        catch (InvalidOperationException e)
        {
            return Unusable(e.Message); // this message cannot be asked about: no word about the server
        }
        finally
        {
            _places.Release();
        }
    }

    public void Dispose()
    {
        _client.Dispose();
        _places.Dispose();
    }

    async Task<bool> TryTakePlaceAsync(CancellationToken cancelled)
    {
        try
        {
            await _places.WaitAsync(cancelled);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    void OnAnswered()
    {
        if (_breaker.OnAnswered())
            WebhookLog.HookIsBack(logger);
    }

    HookVerdict? Failed(int turn, string reason)
    {
        if (_breaker.OnFailed(turn, clock.CoarseMilliseconds()))
            WebhookLog.HookIsAway(logger, CircuitBreaker.MaxFailures, settings.OnFailure, CircuitBreaker.FirstPauseMilliseconds / 1000);
        return Unusable(reason);
    }

    HookVerdict? Unusable(string reason)
    {
        WebhookLog.HookFailed(logger, settings.BeforeMessage!.Host, reason, settings.OnFailure);
        return null;
    }
}
