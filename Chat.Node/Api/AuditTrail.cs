using Chat.Node.Storage;
using Chat.Node.Telemetry;

namespace Chat.Node.Api;

/// <summary>What an endpoint does is noted, whatever its method and scope.</summary>
sealed record AuditRequirement
{
    public static readonly AuditRequirement Instance = new();
}

/// <summary>
/// Notes what operators and the product's servers do: before it is done, so nothing is done that is not noted; and what has become of it before it is
/// answered. What is only read, or sent in somebody's name, is nothing of this kind; a few endpoints are noted for what they tell (<see cref="AuditRequirement"/>).
/// </summary>
sealed class AuditTrail(AuditStore store, NodeIdentity node, TimeProvider clock, ILogger<AuditTrail> logger)
{
    /// <summary>Where paths of the API begin.</summary>
    const string Root = "/api/v1/";

    sealed class Open(long id)
    {
        int _isFinished;

        public long Id => id;

        public bool TryFinish() => Interlocked.Exchange(ref _isFinished, 1) == 0;
    }

    /// <summary>Whether a request is noted before it comes to its endpoint.</summary>
    static bool IsAudited(HttpContext context)
    {
        var metadata = context.GetEndpoint()?.Metadata;
        if (metadata?.GetMetadata<AuditRequirement>() is not null)
            return true;
        return metadata?.GetMetadata<ScopeRequirement>() is { Scope: ApiScopes.Manage } && !HttpMethods.IsGet(context.Request.Method);
    }

    /// <summary>Notes a request, if it is one of those that are.</summary>
    /// <exception cref="StorageException">It could not be noted: it is not to be done.</exception>
    public Task BeginAsync(HttpContext context) => IsAudited(context) ? NoteAsync(context) : Task.CompletedTask;

    /// <summary>Notes a request of an endpoint that finds out by itself that it has to.</summary>
    /// <inheritdoc cref="BeginAsync" />
    public async Task NoteAsync(HttpContext context)
    {
        if (context.Items[typeof(ApiCaller)] is not ApiCaller caller || context.Items.ContainsKey(typeof(Open)))
            return;
        var (subject, detail) = SubjectOf(context.Request.Path);
        var open = new Open(await store.AddAsync(new AuditEntry
        {
            At = clock.GetUtcNow().ToUnixTimeMilliseconds(),
            KeyId = caller.KeyId,
            KeyName = caller.Title,
            Operation = context.GetEndpoint()?.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName ?? context.Request.Method,
            Subject = subject,
            Detail = detail,
            Address = context.Connection.RemoteIpAddress?.ToString() ?? "",
            Node = node.Name,
        }));
        context.Items[typeof(Open)] = open;
        context.Response.OnStarting(() => FinishAsync(context, open, context.Response.StatusCode));
    }

    /// <summary>Says in its entry what a request wants, where its path does not. Never a text, never a name.</summary>
    public static void Say(HttpContext context, string what) => context.Items[typeof(AuditTrail)] = what;

    /// <summary>The request is over, and perhaps nothing was answered.</summary>
    /// <param name="context">The request.</param>
    /// <param name="isAbandoned">The client does not wait any more.</param>
    public async Task EndAsync(HttpContext context, bool isAbandoned)
    {
        var open = context.Items[typeof(Open)] as Open;
        if (open is null && !IsAudited(context))
            return;
        var status = isAbandoned && !context.Response.HasStarted ? StatusCodes.Status499ClientClosedRequest : context.Response.StatusCode;
        if (open is not null)
            await FinishAsync(context, open, status); // else it could not be noted, and was not done
        if (context.Items[typeof(ApiCaller)] is ApiCaller caller)
            ApiLog.Changed(logger, context.Request.Method, context.Request.Path, status, caller.Name, context.Connection.RemoteIpAddress);
    }

    async Task FinishAsync(HttpContext context, Open open, int status)
    {
        if (!open.TryFinish())
            return;
        try
        {
            var (subject, detail) = SubjectOf(status == StatusCodes.Status201Created && context.Response.Headers.Location.ToString() is { Length: > 0 } made ? made : context.Request.Path);
            var what = context.Items[typeof(AuditTrail)] as string ?? "";
            await store.FinishAsync(open.Id, status, subject, detail.Length > 0 && what.Length > 0 ? $"{detail} {what}" : detail + what);
        }
        catch (StorageException e)
        {
            ApiLog.OutcomeUnwritten(logger, open.Id, status, e.Message); // that it was asked for is there
        }
    }

    /// <summary><c>/api/v1/users/17/devices/4f9c</c> is <c>users/17</c> and <c>devices/4f9c</c>.</summary>
    internal static (string Subject, string Detail) SubjectOf(string path)
    {
        var parts = (path.StartsWith(Root, StringComparison.OrdinalIgnoreCase) ? path[Root.Length..] : path.TrimStart('/')).Split('/', 3);
        return parts.Length < 3 ? (string.Join('/', parts), "") : ($"{parts[0]}/{parts[1]}", parts[2]);
    }
}
