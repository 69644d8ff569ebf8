using System.CommandLine;

namespace Chat.Ctl.Commands;

/// <summary>Commands about keys of the API and webhooks.</summary>
static class StoredCommands
{
    static readonly string[] Scopes = ["read", "send", "manage"];

    public static IEnumerable<Command> All(MakeCommand make)
    {
        var name = new Argument<string>("name") { Description = "Who uses it, for people" };
        var scopes = new Option<string[]>("--scope") { Description = $"What it may do: {string.Join(", ", Scopes)}; repeat it for several", Required = true };
        scopes.AcceptOnlyFromAmong(Scopes);
        var keyId = new Argument<int>("id") { Description = "As \"key list\" shows it" };
        yield return new Command("key", "Keys of the API")
        {
            make("create", "Makes a key, which is shown this once", [name, scopes], async (parsed, api, cancelled) =>
            {
                var made = await api.AskAsync(HttpMethod.Post, "keys", new { name = parsed.GetValue(name), scopes = parsed.GetValue(scopes) }, cancelled);
                return Answer.Of(made, TextTable.Of(made));
            }),
            make("list", "The stored keys, without themselves", [], async (_, api, cancelled) =>
            {
                var found = await api.GetAsync("keys", cancelled);
                return Answer.Of(found, TextTable.Of(found.GetProperty("keys").EnumerateArray(), "id", "name", "scopes", "created"));
            }),
            make("revoke", "A key opens nothing any more; at other nodes after 5 s", [keyId], async (parsed, api, cancelled) =>
                Answer.Of(await api.AskAsync(HttpMethod.Delete, $"keys/{parsed.GetValue(keyId)}", null, cancelled), $"key {parsed.GetValue(keyId)} is gone")),
        };
        var endpoint = new Argument<long>("id") { Description = "As \"webhooks list\" shows it" };
        yield return new Command("webhooks", "Endpoints of webhooks, and what they do not take")
        {
            make("list", "All endpoints", [], async (_, api, cancelled) =>
            {
                var found = await api.GetAsync("webhooks", cancelled);
                return Answer.Of(found, TextTable.Of(found.GetProperty("webhooks").EnumerateArray(), "id", "url", "enabled", "types", "reason"));
            }),
            make("deliveries", "What an endpoint does not take, and what was given up", [endpoint], async (parsed, api, cancelled) =>
            {
                var found = await api.GetAsync($"webhooks/{parsed.GetValue(endpoint)}/deliveries", cancelled);
                var failing = TextTable.Of(found.GetProperty("failing").EnumerateArray(), "conversation", "after", "attempts", "failingSince", "due");
                var dead = TextTable.Of(found.GetProperty("dead").EnumerateArray(), "id", "conversation", "from", "to", "reason", "created");
                return Answer.Of(found, string.Join(Environment.NewLine, "failing:", failing, "given up:", dead));
            }),
            make("replay", "Brings what was given up, the oldest first", [endpoint], async (parsed, api, cancelled) =>
                Answer.Of(await api.AskAsync(HttpMethod.Post, $"webhooks/{parsed.GetValue(endpoint)}/replay", null, cancelled), "what was given up is brought now")),
            make("test", "Posts an event of the type webhook.test now", [endpoint], async (parsed, api, cancelled) =>
            {
                var tested = await api.AskAsync(HttpMethod.Post, $"webhooks/{parsed.GetValue(endpoint)}/test", null, cancelled);
                return new Answer(tested, TextTable.Of(tested), tested.GetProperty("taken").GetBoolean() ? ExitCode.Done : ExitCode.Refused);
            }),
        };
    }
}
