using Chat.Node.Storage;
using Chat.Node.Telemetry;

namespace Chat.Node.Api;

/// <summary>
/// Notes who was not let through to the API: without a key, with one that lacks the scope, or too often. Anybody can make such requests, as many as they like, so they are
/// counted, and some kinds of them are written apart once a minute; the rest together.
/// </summary>
sealed class RefusedRequests(AuditStore store, NodeIdentity node, TimeProvider clock, ILogger<RefusedRequests> logger) : BackgroundService
{
    /// <summary>Kinds that are written apart in one interval.</summary>
    public const int MaxKinds = 10;

    static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    readonly Lock _lock = new();
    Dictionary<Kind, Seen> _kinds = [];
    Seen? _others;

    readonly record struct Kind(int Status, int? KeyId, string KeyName, string Operation, string Address);

    sealed record Seen(long At, string Subject, long Count);

    /// <summary>Whether answers with a status are noted here.</summary>
    public static bool Are(int status) => status is StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden or StatusCodes.Status429TooManyRequests;

    /// <summary>One more. Of a stranger's request nothing is kept that the stranger has chosen.</summary>
    public void Count(HttpContext context, int status)
    {
        var caller = context.Items[typeof(ApiCaller)] as ApiCaller;
        var operation = context.GetEndpoint()?.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName ?? "";
        var kind = new Kind(status, caller?.KeyId, caller?.Title ?? "", operation, context.Connection.RemoteIpAddress?.ToString() ?? "");
        var first = new Seen(clock.GetUtcNow().ToUnixTimeMilliseconds(), caller is null || operation.Length == 0 ? "" : AuditTrail.SubjectOf(context.Request.Path).Subject, 0);
        lock (_lock)
        {
            if (_kinds.TryGetValue(kind, out var seen) || _kinds.Count < MaxKinds)
                _kinds[kind] = (seen ?? first) with { Count = (seen?.Count ?? 0) + 1 };
            else
                _others = (_others ?? first with { Subject = "" }) with { Count = (_others?.Count ?? 0) + 1 };
        }
    }

    /// <summary>Writes what was counted.</summary>
    public async Task WriteAsync()
    {
        Dictionary<Kind, Seen> kinds;
        Seen? others;
        lock (_lock)
            (kinds, others, _kinds, _others) = (_kinds, _others, [], null);
        try
        {
            foreach (var (kind, seen) in kinds)
            {
                ApiLog.Refused(logger, seen.Count, kind.Status, kind.Operation, kind.Address);
                await AddAsync(kind, seen);
            }

            if (others is not null)
            {
                ApiLog.Refused(logger, others.Count, 0, "", "other addresses and kinds");
                await AddAsync(new Kind(0, null, "", "", ""), others);
            }
        }
        catch (StorageException e)
        {
            ApiLog.RefusedUnwritten(logger, e.Message); // the lines above have it
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await WriteAsync();
        }
        catch (OperationCanceledException)
        {
            await WriteAsync(); // the host is stopping
        }
    }

    Task<long> AddAsync(Kind kind, Seen seen) => store.AddAsync(new AuditEntry
    {
        At = seen.At,
        KeyId = kind.KeyId,
        KeyName = kind.KeyName,
        Operation = kind.Operation,
        Subject = seen.Subject,
        Detail = $"refused {seen.Count} times within {Interval.TotalSeconds:0} s",
        Result = kind.Status > 0 ? kind.Status : null,
        Address = kind.Address,
        Node = node.Name,
    });
}
