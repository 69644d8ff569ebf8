using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace Chat.SystemTests.EndToEnd;

/// <summary>What tests of messages that refer to something do again and again.</summary>
static class ReferenceSteps
{
    public static void Refused(long errno, string reason, JsonElement reply)
    {
        Assert.Equal((errno, false), (reply.Number("errno"), reply.GetProperty("retry").GetBoolean()));
        Assert.StartsWith(reason, reply.Text("errmsg"), StringComparison.Ordinal);
    }

    public static async Task<JsonElement> NextOfAsync(ModernTestClient client, string text)
    {
        while (true)
        {
            var next = await client.NextAsync();
            if (next.Has("msg") && next.Text("msg") == text)
                return next;
        }
    }

    public static Task<JsonElement> SendAsync(ModernTestClient client, int userId, string text, long? reply = null, long? thread = null, int[]? mentions = null, string? cmid = null) =>
        client.RequestAsync(Message(userId, text, reply, thread, mentions, cmid));

    public static JsonObject Message(int userId, string text, long? reply, long? thread, int[]? mentions, string? cmid)
    {
        var message = new JsonObject { ["msgid"] = 6, ["toid"] = userId, ["msg"] = text };
        if (reply is { } answered)
            message["reply"] = answered;
        if (thread is { } root)
            message["thread"] = root;
        if (mentions is not null)
            message["mentions"] = new JsonArray([.. mentions.Select(id => (JsonNode)id)]);
        if (cmid is not null)
            message["cmid"] = cmid;
        return message;
    }
}
