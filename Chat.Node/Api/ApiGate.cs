using System.Text.Json;
using Akka.Actor;
using Chat.Node.Cluster;
using Chat.Node.Storage;
using Chat.Node.Telemetry;
using Chat.Protocol;
using Microsoft.AspNetCore.Http.Features;

namespace Chat.Node.Api;

/// <summary>
/// In front of every endpoint under <c>/api</c>: without a key anywhere there is no API; who has no key, or a key for something else, comes no
/// further; what fails behind it is answered as an <see cref="ApiProblem"/>.
/// </summary>
sealed class ApiGate(RequestDelegate next, ApiKeyRing keys, ApiRate rate, AuditTrail audit, RefusedRequests refused, NodeState node, ILogger<ApiGate> logger)
{
    /// <summary>The OpenAPI document: a description of the API is no secret.</summary>
    public const string DescriptionPath = "/api/v1/openapi.json";

    /// <summary>The longest body, in bytes, where an endpoint says nothing else.</summary>
    const int MaxBodyBytes = 64 * 1024;

    /// <summary>For a whole request, its body included.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            if (await RefusalAsync(context) is { } refusal)
            {
                if (refusal.Status is { } status && RefusedRequests.Are(status))
                    refused.Count(context, status);
                await refusal.ExecuteAsync(context);
            }
            else
                await RunAsync(context);
        }
        catch (StorageException e)
        {
            await FailAsync(context, e);
        }
    }

    async Task<ApiProblem?> RefusalAsync(HttpContext context)
    {
        if (!await keys.HasKeysAsync())
            return new ApiProblem(StatusCodes.Status404NotFound, ErrorCode.UnknownRequest, "the API is off: no key is configured (Chat:Api:Keys)");
        var endpoint = context.GetEndpoint();
        if (context.Request.Path.Equals(DescriptionPath, StringComparison.OrdinalIgnoreCase))
            return null;
        if (await CallerOfAsync(context.Request) is not { } caller)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            return new ApiProblem(StatusCodes.Status401Unauthorized, ErrorCode.NotLoggedIn, "\"Authorization: Bearer KEY\" with a valid key is expected");
        }

        context.Items[typeof(ApiCaller)] = caller;
        if (rate.Refuse(caller) is { } wait)
            return new ApiProblem(StatusCodes.Status429TooManyRequests, ErrorCode.TooFast, "too many requests with this key", wait);
        if (endpoint is null)
            return new ApiProblem(StatusCodes.Status404NotFound, ErrorCode.UnknownRequest, $"there is nothing at {context.Request.Path}");
        if (endpoint.Metadata.GetMetadata<ScopeRequirement>() is { } needed && (caller.Scopes & needed.Scope) != needed.Scope)
            return new ApiProblem(StatusCodes.Status403Forbidden, ErrorCode.NotYours, $"this key lacks the scope \"{ApiScopeNames.Of(needed.Scope)[0]}\"");
        if (context.Request.Query.FirstOrDefault(parameter => parameter.Value.Count > 1) is { Key: { } twice })
            return ApiProblem.Malformed($"\"{twice}\" is there twice: once is expected");
        return node.Phase == NodePhase.Up ? null : ApiProblem.Unavailable("this node is starting or ending: ask another one");
    }

    async ValueTask<ApiCaller?> CallerOfAsync(HttpRequest request) => BearerKey.Of(request) is { } key ? await keys.FindAsync(key) : null;

    async Task RunAsync(HttpContext context)
    {
        var client = context.RequestAborted;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(client);
        patience.CancelAfter(Patience);
        context.RequestAborted = patience.Token;
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = context.GetEndpoint()?.Metadata.GetMetadata<BodyLimit>()?.Bytes ?? MaxBodyBytes;
        try
        {
            await audit.BeginAsync(context);
            await next(context);
            if (!context.Response.HasStarted && OfRouting(context) is { } refusal)
                await refusal.ExecuteAsync(context);
        }
        catch (Exception) when (client.IsCancellationRequested)
        {
            // nobody waits for the answer
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            await FailAsync(context, e);
        }
        finally
        {
            await audit.EndAsync(context, client.IsCancellationRequested);
            context.RequestAborted = client;
        }
    }

    /// <summary>What is refused before an endpoint runs has no body.</summary>
    static ApiProblem? OfRouting(HttpContext context) => context.Response.StatusCode switch
    {
        StatusCodes.Status405MethodNotAllowed =>
            new ApiProblem(StatusCodes.Status405MethodNotAllowed, ErrorCode.UnknownRequest, $"{context.Request.Method} is not possible here"),
        StatusCodes.Status413PayloadTooLarge => TooLarge(),
        StatusCodes.Status415UnsupportedMediaType =>
            new ApiProblem(StatusCodes.Status415UnsupportedMediaType, ErrorCode.Malformed, "\"Content-Type: application/json\" is expected"),
        _ => null,
    };

    static ApiProblem TooLarge() => new(StatusCodes.Status413PayloadTooLarge, ErrorCode.TooLarge, "the body is too large");

    async Task FailAsync(HttpContext context, Exception failure)
    {
        var problem = failure switch
        {
            BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => TooLarge(),
            BadHttpRequestException { InnerException: JsonException wrong } => ApiProblem.Malformed(JsonReason.Of(wrong)),
            BadHttpRequestException bad => new ApiProblem(bad.StatusCode, ErrorCode.Malformed, BindingReason.Of(bad.Message)),
            JsonException wrong => ApiProblem.Malformed(JsonReason.Of(wrong)),
            RowRefusedException => ApiProblem.Rule("other servers that use the same database could not store this text: take another one, ASCII is safe"),
            StorageException or AskTimeoutException or TimeoutException or OperationCanceledException =>
                ApiProblem.Unavailable("the request could not be carried out now, or whether it was is not known: repeat it"),
            _ => new ApiProblem(StatusCodes.Status500InternalServerError, ErrorCode.Unavailable, "the node has failed: see its log"),
        };
        if (problem.Status == StatusCodes.Status503ServiceUnavailable)
            Log.RequestFailed(logger, $"{context.Request.Method} {context.Request.Path}", failure);
        else if (problem.Status == StatusCodes.Status500InternalServerError)
            ApiLog.RequestFailed(logger, context.Request.Method, context.Request.Path, failure);
        await problem.ExecuteAsync(context);
    }
}
