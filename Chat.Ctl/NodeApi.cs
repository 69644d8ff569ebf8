using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Chat.Ctl;

/// <summary>The HTTP API of one node. What is no answer with 2xx is a <see cref="CtlException"/> that says what to do about it.</summary>
sealed class NodeApi : IDisposable
{
    readonly HttpClient _http;
    readonly Uri _node;
    readonly TimeSpan _patience;

    /// <param name="node">Its internal port.</param>
    /// <param name="key">Of its API; null: none was given.</param>
    /// <param name="patience">For one answer.</param>
    public NodeApi(Uri node, string? key, TimeSpan patience)
    {
        (_node, _patience) = (node, patience);
        _http = new HttpClient { BaseAddress = new Uri(node, "/api/v1/"), Timeout = patience };
        if (key is not null)
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        HasKey = key is not null;
    }

    bool HasKey { get; }

    public Task<JsonElement> GetAsync(string path, CancellationToken cancelled) => AskAsync(HttpMethod.Get, path, null, cancelled);

    /// <summary>Asks, and reads the answer; an empty one is an empty object.</summary>
    /// <exception cref="CtlException">It was not done.</exception>
    public Task<JsonElement> AskAsync(HttpMethod method, string path, object? body, CancellationToken cancelled) => SendAsync(
        method, path, body, text => text.Length == 0 ? JsonSerializer.SerializeToElement(new object()) : JsonSerializer.Deserialize<JsonElement>(text), cancelled);

    /// <summary>An answer that is not one object.</summary>
    /// <inheritdoc cref="AskAsync" />
    public Task<string> GetTextAsync(string path, CancellationToken cancelled) => SendAsync(HttpMethod.Get, path, null, text => text, cancelled);

    async Task<T> SendAsync<T>(HttpMethod method, string path, object? body, Func<string, T> read, CancellationToken cancelled)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        try
        {
            using var response = await _http.SendAsync(request, cancelled);
            var text = await response.Content.ReadAsStringAsync(cancelled);
            if (!response.IsSuccessStatusCode)
                throw Refusal(response.StatusCode, text);
            return read(text);
        }
        catch (TaskCanceledException e) when (!cancelled.IsCancellationRequested)
        {
            throw new CtlException(ExitCode.Unavailable, $"{_node} has not answered within {_patience.TotalSeconds:0} s", e);
        }
        catch (HttpRequestException e)
        {
            throw new CtlException(ExitCode.Unavailable, $"{_node} cannot be reached: {e.Message}. Expected is the internal port of a node (Chat:HttpPort), see --node", e);
        }
        catch (JsonException e)
        {
            throw new CtlException(ExitCode.Unavailable, $"{_node} has answered with something else than JSON: it is no node, or not its internal port (Chat:HttpPort)", e);
        }
    }

    public void Dispose() => _http.Dispose();

    CtlException Refusal(HttpStatusCode status, string text)
    {
        var (detail, errno) = Read(text);
        return status switch
        {
            HttpStatusCode.Unauthorized when !HasKey => new CtlException(ExitCode.NoAccess, "no key was given: put one into CHATCTL_KEY, or name a file with --key-file"),
            HttpStatusCode.Unauthorized => new CtlException(ExitCode.NoAccess, $"{_node} does not know this key: it is wrong, deleted, or of another cluster"),
            HttpStatusCode.Forbidden => new CtlException(ExitCode.NoAccess, detail ?? "this key may not do that"),
            HttpStatusCode.NotFound when detail is null => new CtlException(ExitCode.Unavailable, $"{_node} has no API of ChatActors: it is no node, or not its internal port (Chat:HttpPort)"),
            HttpStatusCode.NotFound when errno == UnknownPath => new CtlException(ExitCode.NoAccess, $"{detail}. A node of an older version has not all of the API"),
            HttpStatusCode.NotFound => new CtlException(ExitCode.NotFound, detail),
            >= HttpStatusCode.InternalServerError => new CtlException(ExitCode.Unavailable, detail ?? $"{_node} has answered with status {(int)status}"),
            _ => new CtlException(ExitCode.Refused, detail ?? $"{_node} has answered with status {(int)status}"),
        };
    }

    /// <summary>The <c>errno</c> of a path that there is not.</summary>
    const int UnknownPath = 5;

    static (string? Detail, int Errno) Read(string text)
    {
        try
        {
            var problem = JsonSerializer.Deserialize<JsonElement>(text);
            return problem.ValueKind == JsonValueKind.Object && problem.TryGetProperty("detail", out var detail)
                ? (detail.GetString(), problem.TryGetProperty("errno", out var errno) ? errno.GetInt32() : 0)
                : (null, 0);
        }
        catch (JsonException)
        {
            return (null, 0);
        }
    }
}
