using System.Net;
using Xunit;

namespace Chat.Tests.Api;

/// <summary>Contacts and blocks of users, for the product's own servers.</summary>
[Collection(ApiCollection.Name)]
public sealed class ContactApiTests(ApiNode node)
{
    [Fact]
    public async Task A_user_asks_another_one_who_accepts()
    {
        var (alice, bob) = (await node.NewUserAsync(), await node.NewUserAsync());
        for (var time = 0; time < 2; time++)
        {
            var asked = await ChangeAsync(alice, new { id = bob, @do = "request", note = "it's me", alias = "Bobby" });
            Assert.Equal((bob, "asked", 1, "Bobby"), (asked.Int("id"), asked.Text("state"), asked.Int("rev"), asked.Text("alias")));
        }

        Assert.Equal(($"{alice} asks it's me", 1), await ListAsync(bob));
        Assert.Equal("contact", (await ChangeAsync(bob, new { id = alice, @do = "accept" })).Text("state"));
        Assert.Equal(($"{bob} contact ", 2), await ListAsync(alice));
        Assert.Equal(("", 2), await ListAsync(alice, "?since=2"));
    }

    [Fact]
    public async Task Who_is_blocked_cannot_write_or_ask_until_that_is_over()
    {
        var (alice, bob) = (await node.NewUserAsync(), await node.NewUserAsync());
        for (var time = 0; time < 2; time++)
            Assert.True((await ChangeAsync(alice, new { id = bob, @do = "block" })).Json.GetProperty("blocked").GetBoolean());
        Assert.Equal(($"{bob} none ", 1), await ListAsync(alice, "?blocked=true"));
        (await node.PostAsync("/messages", new { from = bob, to = alice, msg = "x" })).AssertProblem(HttpStatusCode.Forbidden, 12);
        (await node.PostAsync($"/users/{bob}/contacts", new { id = alice, @do = "request" })).AssertProblem(HttpStatusCode.Forbidden, 12);
        await ChangeAsync(alice, new { id = bob, @do = "unblock" });
        Assert.Equal(HttpStatusCode.OK, (await node.PostAsync("/messages", new { from = bob, to = alice, msg = "x" })).Status);
    }

    [Fact]
    public async Task What_is_wrong_is_refused()
    {
        var (alice, bob) = (await node.NewUserAsync(), await node.NewUserAsync());
        (await node.PostAsync($"/users/{alice}/contacts", new { id = bob })).AssertProblem(HttpStatusCode.BadRequest, 4);
        (await node.PostAsync($"/users/{alice}/contacts", new { id = bob, @do = "marry" })).AssertProblem(HttpStatusCode.BadRequest, 4);
        (await node.PostAsync($"/users/{alice}/contacts", new { id = bob, @do = "1" })).AssertProblem(HttpStatusCode.BadRequest, 4);
        (await node.PostAsync($"/users/{alice}/contacts", new { id = bob, @do = "add", note = "x" })).AssertProblem(HttpStatusCode.UnprocessableEntity, 4);
        (await node.PostAsync($"/users/{alice}/contacts", new { id = alice, @do = "add" })).AssertProblem(HttpStatusCode.UnprocessableEntity, 4);
        (await node.PostAsync($"/users/{alice}/contacts", new { id = 1_000_001, @do = "add" })).AssertProblem(HttpStatusCode.NotFound, 7);
        (await node.PostAsync("/users/1000001/contacts", new { id = bob, @do = "add" })).AssertProblem(HttpStatusCode.NotFound, 7);
        (await node.GetAsync("/users/1000001/contacts")).AssertProblem(HttpStatusCode.NotFound, 7);
        (await node.GetAsync($"/users/{alice}/contacts?since=-1")).AssertProblem(HttpStatusCode.BadRequest, 4);
        (await node.PostAsync($"/users/{alice}/contacts", new { id = bob, @do = "accept" })).AssertProblem(HttpStatusCode.NotFound, 7);
    }

    async Task<Answer> ChangeAsync(int user, object body)
    {
        var answer = await node.PostAsync($"/users/{user}/contacts", body);
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Json.ToString());
        return answer;
    }

    async Task<(string, int)> ListAsync(int user, string query = "")
    {
        var page = await node.GetAsync($"/users/{user}/contacts{query}");
        return (
            string.Join(", ", page.Json.GetProperty("contacts").EnumerateArray().Select(each =>
                $"{each.GetProperty("id")} {each.GetProperty("state")} {(each.TryGetProperty("note", out var note) ? note.GetString() : "")}")),
            page.Int("rev"));
    }
}
