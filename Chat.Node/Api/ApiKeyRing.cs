using System.Security.Cryptography;
using System.Text;
using Chat.Node.Storage;
using Chat.Node.Telemetry;

namespace Chat.Node.Api;

/// <summary>
/// The keys that open the API: those of the settings, and the stored ones as this node last read them. A key that another node has made or
/// deleted is known here after <see cref="MaxAge"/>.
/// </summary>
sealed class ApiKeyRing : IDisposable
{
    /// <summary>After so long the stored keys are read again.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(5);

    /// <summary>For whoever is reading them.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    volatile Entry[] _configured;
    readonly ApiKeyStore _store;
    readonly TimeProvider _clock;
    readonly ILogger<ApiKeyRing> _logger;
    readonly SemaphoreSlim _reading = new(1);
    volatile Entry[]? _stored;
    long _readAt;

    public ApiKeyRing(IReadOnlyList<string> configured, ApiKeyStore store, TimeProvider clock, ILogger<ApiKeyRing> logger)
    {
        (_store, _clock, _logger) = (store, clock, logger);
        _configured = EntriesOf(configured);
    }

    sealed record Entry(byte[] Hash, ApiCaller Caller);

    /// <summary>What is stored of a key.</summary>
    public static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));

    /// <summary>Other keys of the settings, from now on.</summary>
    public void Configure(IReadOnlyList<string> configured) => _configured = EntriesOf(configured);

    static Entry[] EntriesOf(IReadOnlyList<string> configured) => [.. configured.Select((key, at) => new Entry(Hash(key), new ApiCaller(-at, ApiScopes.All, "settings")))];

    /// <summary>Whether there is any key at all.</summary>
    /// <exception cref="StorageException">There is none in the settings, and the stored ones were never read.</exception>
    public async ValueTask<bool> HasKeysAsync() => _configured.Length > 0 || (await StoredAsync()).Length > 0;

    /// <summary>Whose key it is; null if it is nobody's. Takes as long for a wrong one as for a right one.</summary>
    public async ValueTask<ApiCaller?> FindAsync(string key)
    {
        var hash = Hash(key);
        ApiCaller? found = null;
        foreach (var entry in _configured.Concat(await StoredAsync()))
        {
            if (CryptographicOperations.FixedTimeEquals(entry.Hash, hash))
                found = entry.Caller;
        }

        return found;
    }

    /// <summary>A key was made or deleted here.</summary>
    public void Forget() => Volatile.Write(ref _readAt, 0);

    public void Dispose() => _reading.Dispose();

    async ValueTask<Entry[]> StoredAsync()
    {
        if (_stored is { } known && IsFresh)
            return known;
        if (!await _reading.WaitAsync(Patience))
            throw new StorageException("the stored keys of the API cannot be read now");
        try
        {
            if (_stored is { } meanwhile && IsFresh)
                return meanwhile;
            var readAt = _clock.GetTimestamp();
            var keys = await _store.ListAsync();
            Entry[] entries = [.. keys.Select(key => new Entry(key.Hash, new ApiCaller(key.Id, (ApiScopes)key.Scopes, key.Name)))];
            Volatile.Write(ref _readAt, readAt);
            return _stored = entries;
        }
        catch (StorageException e) when (_stored is not null || _configured.Length > 0)
        {
            ApiLog.KeysUnread(_logger, e);
            Volatile.Write(ref _readAt, _clock.GetTimestamp()); // not with every request
            return _stored ??= [];
        }
        finally
        {
            _reading.Release();
        }
    }

    bool IsFresh => Volatile.Read(ref _readAt) is > 0 and var readAt && _clock.GetElapsedTime(readAt) < MaxAge;
}
