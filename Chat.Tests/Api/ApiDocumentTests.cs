using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Chat.Tests.Support;
using Xunit;

namespace Chat.Tests.Api;

/// <summary>docs/API.md and the OpenAPI document say the same: every operation, its summary, its scope, its parameters and its examples.</summary>
[Collection(ApiCollection.Name)]
public sealed partial class ApiDocumentTests(ApiNode node)
{
    sealed record Operation(string Title, string Summary, string Scope, bool TakesKey, IReadOnlyList<(string Name, string Meaning)> Query, string? Request, string? Answer);

    [Fact]
    public async Task The_guide_has_every_operation_as_the_document_has_it()
    {
        var guide = Repository.Read("docs/API.md").ReplaceLineEndings("\n");
        var operations = await OperationsAsync();
        Assert.NotEmpty(operations);
        var missing = operations.Select(Section).Where(section => !guide.Contains(section, StringComparison.Ordinal)).ToList();
        Assert.True(missing.Count == 0, string.Join('\n', missing));
        Assert.Equal(operations.Select(operation => operation.Title).Order(StringComparer.Ordinal), Titles().Matches(guide).Select(match => match.Groups["title"].Value).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Every_request_that_makes_something_takes_a_key()
    {
        var takers = (await OperationsAsync()).Where(operation => operation.TakesKey).Select(operation => operation.Title);
        Assert.Equal(
            ["POST /files", "POST /groups", "POST /keys", "POST /messages", "POST /messages/batch", "POST /users", "POST /users/{id}/tokens", "POST /webhooks"],
            takers.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Every_operation_tells_its_errors_and_has_an_example()
    {
        var document = await DocumentAsync();
        foreach (var (path, operations) in document["paths"]!.AsObject())
        {
            foreach (var (method, operation) in operations!.AsObject())
            {
                var responses = operation!["responses"]!.AsObject();
                Assert.All((string[])["400", "401", "403", "429", "503"], status => Assert.NotNull(responses[status]?["content"]?["application/problem+json"]));
                if (operation["requestBody"] is { } body)
                    Assert.True(body["content"]!["application/json"]!["example"] is not null, $"{method} {path} has no example of a request");
                foreach (var content in responses.Where(response => response.Key.StartsWith('2')).Select(response => response.Value!["content"]).OfType<JsonNode>())
                    Assert.True(content.AsObject().First().Value!["example"] is not null, $"{method} {path} has no example of an answer");
                Assert.NotNull(operation["operationId"]);
            }
        }
    }

    [Fact]
    public async Task The_document_needs_no_key_and_says_how_to_use_one()
    {
        using var http = new HttpClient { BaseAddress = node.Http.BaseAddress };
        var document = JsonNode.Parse(await http.GetStringAsync(new Uri("/api/v1/openapi.json", UriKind.Relative)))!;
        Assert.Equal("bearer", (string?)document["components"]!["securitySchemes"]!["key"]!["scheme"]);
        Assert.StartsWith("3.", (string?)document["openapi"], StringComparison.Ordinal);
        Assert.All(document["paths"]!.AsObject(), path => Assert.StartsWith("/api/v1/", path.Key, StringComparison.Ordinal));
    }

    async Task<JsonNode> DocumentAsync() => JsonNode.Parse((await node.GetAsync("/openapi.json")).Json.GetRawText())!;

    async Task<List<Operation>> OperationsAsync()
    {
        var document = await DocumentAsync();
        return (from path in document["paths"]!.AsObject()
                from operation in path.Value!.AsObject()
                let success = operation.Value!["responses"]!.AsObject().First(response => response.Key.StartsWith('2')).Value!
                select new Operation(
                    $"{operation.Key.ToUpperInvariant()} {path.Key["/api/v1".Length..]}",
                    (string)operation.Value["summary"]!,
                    Scope().Match((string)operation.Value["description"]!).Groups["scope"].Value,
                    Parameters(operation.Value, "header").Any(parameter => parameter.Name == "Idempotency-Key"),
                    Parameters(operation.Value, "query"),
                    Text(operation.Value["requestBody"]?["content"]?["application/json"]?["example"]),
                    Text(success["content"]?.AsObject().First().Value?["example"]))).ToList();
    }

    static List<(string Name, string Meaning)> Parameters(JsonNode operation, string place) =>
        [.. (operation["parameters"]?.AsArray() ?? []).Where(each => (string)each!["in"]! == place).Select(each => ((string)each!["name"]!, (string?)each["description"] ?? "(it says nothing)"))];

    /// <summary>As the guide writes it.</summary>
    static string Section(Operation operation) =>
        $"### `{operation.Title}`\n\n{operation.Summary}. Scope `{operation.Scope}`.{(operation.TakesKey ? " Takes `Idempotency-Key`." : "")}\n\n"
        + (operation.Query.Count == 0 ? "" : string.Concat(operation.Query.Select(each => $"- `?{each.Name}=`: {each.Meaning}\n")) + "\n") + "```\n"
        + (operation.Request is null ? "" : $"→ {operation.Request}\n") + (operation.Answer is null ? "← (empty)\n" : $"← {operation.Answer}\n") + "```\n";

    static string? Text(JsonNode? example) => example?.ToJsonString(new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    [GeneratedRegex("^### `(?<title>(GET|POST|PATCH|DELETE) [^`]+)`$", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 5000)]
    private static partial Regex Titles();

    [GeneratedRegex("scope `(?<scope>\\w+)`", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Scope();
}
