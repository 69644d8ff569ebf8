using Chat.Node.Telemetry;
using Microsoft.IdentityModel.Tokens;

namespace Chat.Node.Auth;

/// <summary>
/// The keys behind a URL. They are fetched with the first token, now and then in the background, and when a token names a key that is not known,
/// which anybody can do: so that happens at most once a minute. In between nobody can say whether such a key is a new one: only a set that was fetched for the
/// token makes it a wrong one. The keys that are there stay while the URL gives no others.
/// </summary>
sealed class JwksKeys(Uri url, HttpClient http, TimeProvider clock, ILogger logger) : IIssuerKeys
{
    /// <summary>Between two fetches for keys that are not known.</summary>
    public static readonly TimeSpan UnknownInterval = TimeSpan.FromMinutes(1);

    /// <summary>Keys this old are fetched again beside their use: a key that was withdrawn goes.</summary>
    public static readonly TimeSpan Age = TimeSpan.FromMinutes(10);

    /// <summary>Between two attempts while there are no keys at all; logins in between are answered at once.</summary>
    public static readonly TimeSpan FirstInterval = TimeSpan.FromSeconds(5);

    /// <summary>For a whole answer.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>The largest answer, in bytes.</summary>
    public const int MaxBytes = 256 * 1024;

    const long Never = long.MinValue;

    readonly Lock _gate = new();
    volatile JwksDocument? _keys;
    long _lastAttempt = Never;
    long _lastUnknown = Never;
    Task<bool>? _fetching;

    public IReadOnlyList<string> Algorithms { get; } = [SecurityAlgorithms.RsaSha256, SecurityAlgorithms.EcdsaSha256];

    /// <summary>A client that takes an answer of that URL and of no other: bounded in size and time, without redirects and cookies.</summary>
    public static HttpClient NewClient() => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        ConnectTimeout = Patience,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5), // names may move
    })
    {
        Timeout = Patience,
        MaxResponseContentBufferSize = MaxBytes,
    };

    public async ValueTask<IReadOnlyList<SecurityKey>?> FindAsync(string? keyId)
    {
        if (_keys is null)
            await FetchAsync(IsFirstDue);
        if (_keys is not { } keys)
            return null;
        if (IsOld)
            _ = FetchAsync(() => IsOld);
        if (keys.Find(keyId) is { Count: > 0 } found)
            return found;
        var renewal = await RenewAsync();
        var renewed = _keys.Find(keyId);
        return renewed.Count == 0 && renewal == KeyRenewal.Stale ? null : renewed;
    }

    public async ValueTask<KeyRenewal> RenewAsync()
    {
        var hasCome = await FetchAsync(() =>
        {
            var isDue = HasPassed(_lastUnknown, UnknownInterval);
            if (isDue)
                _lastUnknown = clock.GetTimestamp();
            return isDue;
        });
        return hasCome ? KeyRenewal.Fresh : KeyRenewal.Stale;
    }

    bool IsOld => HasPassed(Volatile.Read(ref _lastAttempt), Age);

    bool IsFirstDue() => HasPassed(_lastAttempt, FirstInterval);

    bool HasPassed(long since, TimeSpan interval) => since == Never || clock.GetElapsedTime(since) >= interval;

    /// <summary>One fetch at a time; whoever wants one meanwhile waits for it.</summary>
    /// <param name="isDue">Whether another one may begin.</param>
    /// <returns>Whether keys have come.</returns>
    Task<bool> FetchAsync(Func<bool> isDue)
    {
        lock (_gate)
        {
            if (_fetching is { IsCompleted: false } running)
                return running;
            if (!isDue())
                return Task.FromResult(false);
            Volatile.Write(ref _lastAttempt, clock.GetTimestamp());
            return _fetching = Task.Run(FetchNowAsync);
        }
    }

    async Task<bool> FetchNowAsync()
    {
        try
        {
            using var response = await http.GetAsync(url);
            if (response.StatusCode != System.Net.HttpStatusCode.OK)
                throw new FormatException($"the answer is {(int)response.StatusCode}: 200 is expected");
            _keys = JwksDocument.Read(await response.Content.ReadAsStringAsync());
            return true;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or FormatException or InvalidOperationException or IOException)
        {
            var reason = e is OperationCanceledException ? $"no whole answer within {Patience.TotalSeconds:0} s" : e.Message;
            Log.KeysNotFetched(logger, url, reason, _keys is null ? "tokens of this issuer cannot be checked" : "the keys that are known stay");
            return false;
        }
    }
}
