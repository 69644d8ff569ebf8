using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Chat.Node.Faults;
using Chat.Node.Settings;
using Xunit;

namespace Chat.SystemTests.EndToEnd;

/// <summary>The node dies as after <c>kill -9</c> while its API is asked: what was answered is there, and a repetition finds it.</summary>
[Collection(NodeCollection.Name)]
public abstract class ApiCrashTests : ApiCrashTest
{
    private protected ApiCrashTests(StorageProvider provider) : base(provider)
    {
    }

    public sealed class OnSqlite() : ApiCrashTests(StorageProvider.Sqlite);

    public sealed class OnMariaDb() : ApiCrashTests(StorageProvider.MySql);

    [Theory]
    [InlineData(nameof(CrashPoint.BeforeInsert))]
    [InlineData(nameof(CrashPoint.AfterCommit))]
    public async Task A_message_whose_node_died_is_stored_once_when_it_is_sent_again(string point)
    {
        object message;
        await using (var armed = await StartAsync(point))
        {
            await using var alice = await armed.LogInNewAsync("alice");
            await using var bob = await armed.LogInNewAsync("bob");
            message = new { from = alice.UserId, to = bob.UserId, msg = "once" };
            using var http = RepeatingClientOf(armed);
            await Assert.ThrowsAsync<HttpRequestException>(() => SendAsync(http, message));
            await armed.ExitAsync(NodeProcess.KilledExitCode);
        }

        await using var node = await StartAsync();
        using var again = RepeatingClientOf(node);
        for (var i = 0; i < 3; i++)
            Assert.Equal((HttpStatusCode.OK, 1), await SendAsync(again, message));
        await node.EventuallyAsync(1L, "SELECT COUNT(*) FROM MessageLog");
    }

    [Fact]
    public async Task What_was_answered_is_there_after_kill_9()
    {
        var (group, user, message) = (new { name = "team", creator = 1 }, new { name = "carol" }, new { from = 1, to = 1, msg = "to myself" });
        int groupId, userId;
        await using (var first = await StartAsync())
        {
            await using var alice = await first.LogInNewAsync("alice");
            using var http = RepeatingClientOf(first);
            groupId = await MakeAsync(http, "/groups", group, HttpStatusCode.Created);
            userId = await MakeAsync(http, "/users", user, HttpStatusCode.Created);
            Assert.Equal((HttpStatusCode.OK, 1), await SendAsync(http, message));
            await first.KillAsync();
        }

        await using var second = await StartAsync();
        using var again = RepeatingClientOf(second);
        Assert.Equal(groupId, await MakeAsync(again, "/groups", group, HttpStatusCode.OK));
        Assert.Equal(userId, await MakeAsync(again, "/users", user, HttpStatusCode.OK));
        Assert.Equal((HttpStatusCode.OK, 1), await SendAsync(again, message));
    }

    /// <summary>Whose requests are repeated.</summary>
    static HttpClient RepeatingClientOf(NodeProcess node)
    {
        var http = ClientOf(node);
        http.DefaultRequestHeaders.Add("Idempotency-Key", "the-one");
        return http;
    }

    static async Task<(HttpStatusCode Status, int Seq)> SendAsync(HttpClient http, object message)
    {
        using var response = await http.PostAsJsonAsync(new Uri("/api/v1/messages", UriKind.Relative), message);
        var json = await response.Content.ReadFromJsonAsync<JsonElement>();
        return (response.StatusCode, json.TryGetProperty("seq", out var seq) ? seq.GetInt32() : 0);
    }

    static async Task<int> MakeAsync(HttpClient http, string path, object body, HttpStatusCode expected)
    {
        using var response = await http.PostAsJsonAsync(new Uri($"/api/v1{path}", UriKind.Relative), body);
        var json = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.True(expected == response.StatusCode, json.ToString());
        return json.GetProperty("id").GetInt32();
    }
}
