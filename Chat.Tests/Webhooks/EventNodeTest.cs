using Xunit;

namespace Chat.Tests.Webhooks;

/// <summary>What happens to users and groups, and what an endpoint is told of it.</summary>
public abstract class EventNodeTest(WebhookNode fixture) : WebhookNodeTest(fixture)
{
    private protected Task<string> AddAsync(params string[] types) => AddAsync(new { url = Receiver.Url, types });

    private protected async Task SucceedAsync(HttpMethod method, string path, object? body = null)
    {
        var answer = await Node.AskAsync(method, path, body);
        Assert.True((int)answer.Status is >= 200 and < 300, $"{method} {path}: {answer.Status} {answer.Json}");
    }

    /// <summary>These and no others, in this order.</summary>
    private protected Task ToldAsync(params string[] events) => SoonAsync(
        string.Join('\n', events),
        () => Task.FromResult<string?>(string.Join('\n', Receiver.Events.Select(each => $"{each.Json.GetProperty("type").GetString()} {each.Json.GetProperty("data").GetRawText()}"))));

    private protected Task<long> LastEventAsync() => ScalarAsync("SELECT COALESCE(MAX(id), 0) FROM WebhookEvent");
}
