using System.Buffers;
using System.ComponentModel;
using System.Text.Json;
using Chat.Node.Gateway;
using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Api;

/// <summary>Messages as devices of version 3 get them, ascending.</summary>
/// <param name="Messages">Objects of the wire, with what has become of them.</param>
/// <param name="More">Whether there are others further on.</param>
/// <param name="Floor">Messages below it are there no more; missing: all are.</param>
sealed record MessageList(IReadOnlyList<JsonElement> Messages, bool More, long? Floor);

/// <summary>What was said, read as a client reads it (107).</summary>
static class HistoryEndpoints
{
    /// <summary>A page ends here at the latest, in bytes, whatever its limit.</summary>
    const int MaxPageBytes = 4 * 1024 * 1024;

    public static void MapHistory(this IEndpointRouteBuilder api) =>
        api.MapGet("/conversations/{conversation}/messages", ReadAsync).WithTags("conversations").RequireScope(ApiScopes.Read).WithName("listMessages")
            .WithSummary("Messages of a conversation as they are now, ascending; without a place the newest")
            .Produces<MessageList>()
            .WithExample(
                null,
                """{"messages":[{"id":1,"msg":"hi","msgid":6,"name":"alice","time":"2026-11-23 04:27:23","toid":3,"cmid":"c-17","conversation":"d:1:3","seq":42,"ts":1795410443660,"rev":12,"edited":1795410450000,"reactions":{"❤":2}}],"more":false}""");

    static async Task<IResult> ReadAsync(
        string conversation,
        [Description("messages above this number")] long? after,
        [Description("messages below this number, the nearest ones")] long? before,
        [Description("only the thread that begins with this number")] long? thread,
        [Description("these messages, up to 100 numbers with commas between them; alone")] string? seqs,
        [Description("1 to 1000 messages, 100 without it; more counts as 1000")] int? limit,
        ChatSettings settings, HistoryRequests history, GroupStore groups)
    {
        if (ConversationPath.Refusal(conversation, settings, out var id) is { } refusal)
            return refusal;
        if (Numbers(seqs) is not { } numbers)
            return ApiProblem.Malformed($"\"seqs\" must be 1 to {FetchHistoryRequest.MaxSeqs} numbers of messages with commas between them");
        if (thread < 1)
            return ApiProblem.Malformed("\"thread\" must be the number of the message that the thread begins with: an integer of at least 1");
        var wanted = new FetchHistoryRequest(id, after, before, limit ?? Paging.Default) { Thread = thread ?? 0, Seqs = numbers };
        if (WireRules.CheckQuery(wanted, out var request) is { } wrong)
            return wrong;
        if (request.Problem is { } problem)
            return ApiProblem.Malformed(problem);
        if (await ConversationPath.MissingAsync(id, groups) is { } missing)
            return missing;
        return TypedResults.Bytes(Write(await history.ReadAsync(request, Asker.Product, MaxPageBytes)), "application/json");
    }

    /// <summary>Null: they are none.</summary>
    static long[]? Numbers(string? text)
    {
        if (text is null)
            return [];
        var parts = text.Split(',');
        var numbers = new long[Math.Min(parts.Length, FetchHistoryRequest.MaxSeqs + 1)];
        for (var i = 0; i < numbers.Length; i++)
        {
            if (!long.TryParse(parts[i], System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out numbers[i]))
                return null;
        }

        return numbers;
    }

    static byte[] Write(HistoryPage page)
    {
        var pushes = page.Pushes;
        var (room, count) = (MaxPageBytes, 0);
        while (count < pushes.Count && ((room -= pushes[page.IsBackwards ? pushes.Count - 1 - count : count].Length) >= 0 || count == 0))
            count++;
        var first = page.IsBackwards ? pushes.Count - count : 0;
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("messages");
            for (var i = first; i < first + count; i++)
                writer.WriteRawValue(pushes[i].AsSpan()[..^1], skipInputValidation: true);
            writer.WriteEndArray();
            writer.WriteBoolean("more", page.HasMore || count < pushes.Count);
            if (page.Floor > 0)
                writer.WriteNumber("floor", page.Floor);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
