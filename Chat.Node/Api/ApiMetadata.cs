namespace Chat.Node.Api;

/// <summary>The scope that a key needs for an endpoint.</summary>
sealed record ScopeRequirement(ApiScopes Scope);

/// <summary>How long the body of a request to an endpoint may be, in bytes.</summary>
sealed record BodyLimit(int Bytes);

/// <summary>An example of a request and its answer, for the OpenAPI document; docs/API.md shows the same.</summary>
/// <param name="Request">JSON; null: the request has no body.</param>
/// <param name="Answer">JSON; null: the answer has none.</param>
sealed record ApiExample(string? Request, string? Answer);

/// <summary>What endpoints say about themselves.</summary>
static class ApiMetadata
{
    public static RouteHandlerBuilder RequireScope(this RouteHandlerBuilder endpoint, ApiScopes scope) => endpoint.WithMetadata(new ScopeRequirement(scope));

    /// <summary>Also what is only read, because of what it tells.</summary>
    public static RouteHandlerBuilder Audited(this RouteHandlerBuilder endpoint) => endpoint.WithMetadata(AuditRequirement.Instance);

    /// <summary>The entry of the audit log says what a body wants.</summary>
    public static RouteHandlerBuilder Notes<T>(this RouteHandlerBuilder endpoint, Func<T, string> what)
        where T : class => endpoint.AddEndpointFilter((context, next) =>
        {
            if (context.Arguments.OfType<T>().FirstOrDefault() is { } body)
                AuditTrail.Say(context.HttpContext, what(body));
            return next(context);
        });

    public static RouteHandlerBuilder WithBodyLimit(this RouteHandlerBuilder endpoint, int bytes) => endpoint.WithMetadata(new BodyLimit(bytes));

    public static RouteHandlerBuilder WithExample(this RouteHandlerBuilder endpoint, string? request, string? answer) =>
        endpoint.WithMetadata(new ApiExample(request, answer));
}
