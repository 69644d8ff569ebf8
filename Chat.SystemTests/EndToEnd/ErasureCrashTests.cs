using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Chat.Node.Faults;
using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Tests.Support;
using Xunit;

namespace Chat.SystemTests.EndToEnd;

/// <summary>A node dies as after <c>kill -9</c> in the middle of erasing a user: the next start goes on, and nothing is left.</summary>
[Collection(NodeCollection.Name)]
public abstract class ErasureCrashTests : ApiCrashTest
{
    const int Count = 130;

    readonly StorageProvider _provider;

    private protected ErasureCrashTests(StorageProvider provider) : base(provider) => _provider = provider;

    public sealed class OnSqlite() : ErasureCrashTests(StorageProvider.Sqlite);

    public sealed class OnMariaDb() : ErasureCrashTests(StorageProvider.MySql);

    [Theory]
    [InlineData(nameof(CrashPoint.BeforeChange))]
    [InlineData(nameof(CrashPoint.AfterChange))]
    [InlineData(nameof(CrashPoint.AfterMemberChange))]
    public async Task Whatever_it_was_at_the_next_start_ends_it(string point)
    {
        int alice, bob, group;
        await using (var first = await StartAsync())
        {
            await using var one = await first.LogInNewAsync("alice");
            await using var other = await first.LogInNewAsync("bob");
            (alice, bob) = (one.UserId, other.UserId);
            using var http = ClientOf(first);
            group = (await AskAsync(http, HttpMethod.Post, "/groups", new { name = "team", creator = alice, members = new[] { bob } })).GetProperty("id").GetInt32();
            foreach (var to in (object[])[new { to = bob }, new { group }])
            {
                var messages = Enumerable.Range(1, Count).Select(number => JsonSerializer.SerializeToNode(to)!.AsObject()).ToList();
                for (var i = 0; i < Count; i++)
                    (messages[i]["from"], messages[i]["msg"]) = (alice, $"secret {i}");
                await AskAsync(http, HttpMethod.Post, "/messages/batch", new { messages });
            }

            await first.KillAsync();
        }

        await using (var armed = await StartAsync(point))
        {
            using var http = ClientOf(armed);
            try
            {
                await AskAsync(http, HttpMethod.Post, $"/users/{alice}/erase", null);
            }
            catch (HttpRequestException)
            {
                // it may have died before it has answered
            }

            await armed.ExitAsync(NodeProcess.KilledExitCode);
        }

        await using var node = await StartAsync();
        Assert.True(await node.ScalarAsync<long>($"SELECT COUNT(*) FROM MessageLog WHERE sender = {alice} AND {Text("body")} LIKE '%secret%'") > 0 || point == nameof(CrashPoint.AfterMemberChange));
        using var again = ClientOf(node);
        await AskAsync(again, HttpMethod.Post, "/messages", new { from = bob, group, msg = "still here" });
        // The right of the start that has died, and the time for what is under way, need not be waited for.
        await Eventually.EqualAsync(1L, async () =>
        {
            await node.ExecuteAsync("UPDATE UserErasure SET held_until = 0 WHERE done IS NULL AND held_until > 0");
            return await node.ScalarAsync<long>($"SELECT COUNT(*) FROM UserErasure WHERE userid = {alice} AND step = {(int)ErasureStep.Done}");
        });
        Assert.Equal(0, await node.ScalarAsync<long>($"SELECT COUNT(*) FROM MessageLog WHERE {Text("body")} LIKE '%secret%'"));
        Assert.Equal(0, await node.ScalarAsync<long>($"SELECT COUNT(*) FROM OfflineMessage WHERE {Text("message")} LIKE '%secret%'"));
        Assert.Equal(2 * Count, await node.ScalarAsync<long>($"SELECT COUNT(*) FROM MessageState WHERE recalled_by = {alice}"));
        Assert.Equal(2 * Count, await node.ScalarAsync<long>($"SELECT COUNT(*) FROM MessageLog WHERE sender = {alice}"));
        Assert.Equal("creator", await node.ScalarAsync<string>($"SELECT grouprole FROM GroupUser WHERE groupid = {group} AND userid = {bob}"));
        Assert.Equal(0, await node.ScalarAsync<long>($"SELECT COUNT(*) FROM GroupUser WHERE userid = {alice}"));
        Assert.Equal($"erased-{alice}", await node.ScalarAsync<string>($"SELECT name FROM Users WHERE id = {alice}"));
    }

    /// <summary>SQLite compares no bytes with a text: it would find none.</summary>
    string Text(string column) => $"CAST({column} AS {(_provider == StorageProvider.Sqlite ? "TEXT" : "CHAR")})";

    static async Task<JsonElement> AskAsync(HttpClient http, HttpMethod method, string path, object? body)
    {
        using var request = new HttpRequestMessage(method, $"/api/v1{path}") { Content = body is null ? null : JsonContent.Create(body) };
        using var response = await http.SendAsync(request);
        var json = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.True(response.StatusCode is HttpStatusCode.OK or HttpStatusCode.Created or HttpStatusCode.Accepted, json.ToString());
        return json;
    }
}
