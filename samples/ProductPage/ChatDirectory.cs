using System.Collections.Concurrent;
using System.Text.Json;

namespace ProductPage;

/// <summary>Which numbers the shop's users have in chat. The node's HTTP API knows, and makes a user who is asked for the first time.</summary>
/// <param name="http">Of the API, with its key.</param>
/// <param name="issuer">The name under which the node knows the shop.</param>
sealed class ChatDirectory(HttpClient http, string issuer)
{
    readonly ConcurrentDictionary<string, int> _ids = new(); // of users of the shop: in your database it is a column

    /// <summary>The number of a user in chat; null while the API cannot be asked: a page without chat is better than no page.</summary>
    public async Task<int?> FindIdAsync(ShopUser user, CancellationToken stop)
    {
        if (_ids.TryGetValue(user.Subject, out var known))
            return known;
        try
        {
            using var answer = await http.PostAsJsonAsync("api/v1/users", new { name = $"shop-{user.Subject}", display = user.Name, external = new { issuer, subject = user.Subject } }, stop);
            answer.EnsureSuccessStatusCode();
            var id = (await answer.Content.ReadFromJsonAsync<JsonElement>(stop)).GetProperty("id").GetInt32();
            return _ids.GetOrAdd(user.Subject, id);
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException { InnerException: TimeoutException })
        {
            return null;
        }
    }
}
