using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Chat.Bench.Workloads;

/// <summary>Adds and removes an endpoint of webhooks over the HTTP API of a node.</summary>
sealed class WebhookApi : IDisposable
{
    static readonly Uri Webhooks = new("api/v1/webhooks", UriKind.Relative);
    static readonly string[] Types = ["message.created"];

    readonly HttpClient _http;

    public WebhookApi(Uri address, string key)
    {
        _http = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromSeconds(10) };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    /// <summary>The new endpoint's id.</summary>
    public long Add(Uri url, bool isBatch)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Webhooks) { Content = JsonContent.Create(new { url, types = Types, batch = isBatch }) };
        using var answer = Send(request, "to add an endpoint");
        using var json = JsonDocument.Parse(Read(answer));
        return json.RootElement.GetProperty("id").GetInt64();
    }

    public void Remove(long id)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, new Uri($"{Webhooks}/{id}", UriKind.Relative));
        Send(request, "to remove an endpoint").Dispose();
    }

    public void Dispose() => _http.Dispose();

    /// <exception cref="BenchException">It did not do it.</exception>
    HttpResponseMessage Send(HttpRequestMessage request, string purpose)
    {
        HttpResponseMessage answer;
        try
        {
            answer = _http.Send(request);
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            throw new BenchException($"cannot ask {_http.BaseAddress} {purpose}: {e.Message}", e);
        }

        if (answer.IsSuccessStatusCode)
            return answer;
        using (answer)
            throw new BenchException($"{_http.BaseAddress} refused {purpose}: {(int)answer.StatusCode} {Read(answer)}");
    }

    static string Read(HttpResponseMessage answer)
    {
        using var reader = new StreamReader(answer.Content.ReadAsStream());
        return reader.ReadToEnd();
    }
}
