using System.Globalization;
using System.Text.Json.Nodes;
using Chat.Protocol;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Chat.Node.Api;

/// <summary>The OpenAPI document: how to be let in, the examples, and the errors that every endpoint has.</summary>
static class ApiDescription
{
    const string Scheme = "key";
    const string Problem = "application/problem+json";
    const string Json = "application/json";

    static readonly (int Status, string Meaning)[] Errors =
    [
        (StatusCodes.Status400BadRequest, "Malformed"),
        (StatusCodes.Status401Unauthorized, "No valid key"),
        (StatusCodes.Status403Forbidden, "The key lacks a scope, or the product's own server has denied the message (errno 13)"),
        (StatusCodes.Status404NotFound, "There is no such thing"),
        (StatusCodes.Status409Conflict, "It is there already"),
        (StatusCodes.Status413PayloadTooLarge, "Too large"),
        (StatusCodes.Status422UnprocessableEntity, "Against a rule"),
        (StatusCodes.Status429TooManyRequests, "Too many requests with this key: see Retry-After"),
        (StatusCodes.Status503ServiceUnavailable, "The database is away or the node is ending: see Retry-After"),
    ];

    public static void Describe(OpenApiOptions options)
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "ChatActors",
                Version = "v1",
                Description = $"For the product's own servers. What makes something takes {IdempotencyKey.Header}; an answer means committed.",
            };
            document.Servers = [];
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
            {
                [Scheme] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "Authorization: Bearer KEY" },
            };
            document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Scheme, document)] = [] }];
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            var metadata = context.Description.ActionDescriptor.EndpointMetadata;
            if (metadata.OfType<ScopeRequirement>().LastOrDefault() is { } needed)
                operation.Description = $"Needs the scope `{ApiScopeNames.Of(needed.Scope)[0]}`.";
            if (metadata.OfType<ApiExample>().LastOrDefault() is { } example)
                Show(operation, example);
            if (operation.OperationId is { } id && IdempotencyKey.Operations.Contains(id))
                AddKey(operation);
            AddErrors(operation);
            return Task.CompletedTask;
        });
    }

    static void Show(OpenApiOperation operation, ApiExample example)
    {
        if (example.Request is { } request && operation.RequestBody?.Content?.TryGetValue(Json, out var body) == true && body is OpenApiMediaType media)
            media.Example = JsonNode.Parse(request);
        foreach (var (status, response) in operation.Responses ?? [])
        {
            if (status.StartsWith('2') && example.Answer is { } answer && response.Content?.Values.FirstOrDefault() is OpenApiMediaType shown)
                shown.Example = JsonNode.Parse(answer);
        }
    }

    static void AddKey(OpenApiOperation operation)
    {
        operation.Parameters ??= [];
        operation.Parameters.Add(new OpenApiParameter
        {
            Name = IdempotencyKey.Header,
            In = ParameterLocation.Header,
            Description = "The same for a request and its repetitions: they have the effect once.",
            Schema = new OpenApiSchema { Type = JsonSchemaType.String, MinLength = 1, MaxLength = SendMessageRequest.MaxCmidCodePoints },
        });
    }

    static void AddErrors(OpenApiOperation operation)
    {
        operation.Responses ??= [];
        foreach (var (status, meaning) in Errors)
        {
            operation.Responses.TryAdd(status.ToString(CultureInfo.InvariantCulture), new OpenApiResponse
            {
                Description = meaning,
                Content = new Dictionary<string, OpenApiMediaType>
                {
                    [Problem] = new OpenApiMediaType { Schema = new OpenApiSchema { Type = JsonSchemaType.Object } },
                },
            });
        }
    }
}
