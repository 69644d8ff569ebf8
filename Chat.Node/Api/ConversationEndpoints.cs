using System.Buffers;
using System.Text.Json;
using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Api;

/// <summary>A conversation of a user.</summary>
/// <param name="Conversation"><c>d:3:17</c> or <c>g:5</c>.</param>
/// <param name="Head">The number of its last message.</param>
/// <param name="Ts">When that was sent, in milliseconds since 1970, UTC.</param>
/// <param name="Received">Up to where a device of the user has it.</param>
/// <param name="Read">Up to where the user has read it.</param>
/// <param name="Unread">How many messages of others the user has not read.</param>
sealed record ConversationAnswer(string Conversation, long Head, long Ts, long Received, long Read, long Unread);

/// <summary>The one with the newest message first.</summary>
/// <param name="Conversations">A page.</param>
/// <param name="More">Whether there are others behind the last one: <c>?after=CONVERSATION</c>.</param>
sealed record ConversationList(IReadOnlyList<ConversationAnswer> Conversations, bool More);

/// <summary>Messages as devices get them, ascending.</summary>
/// <param name="Messages">Objects of the wire.</param>
/// <param name="More">Whether there are others further on.</param>
sealed record MessageList(IReadOnlyList<JsonElement> Messages, bool More);

/// <summary>What was said.</summary>
static class ConversationEndpoints
{
    /// <summary>A page ends here at the latest, in bytes, whatever its limit.</summary>
    const int MaxPageBytes = 4 * 1024 * 1024;

    public static void MapConversations(this IEndpointRouteBuilder api)
    {
        api.MapGet("/conversations/{conversation}/messages", MessagesAsync).WithTags("conversations").RequireScope(ApiScopes.Read).WithName("listMessages")
            .WithSummary("The messages above a number (after), next below one (before), or the newest; always ascending")
            .Produces<MessageList>()
            .WithExample(
                null,
                """{"messages":[{"id":1,"msg":"hi","msgid":6,"name":"alice","time":"2026-11-23 04:27:23","toid":3,"cmid":"c-17","conversation":"d:1:3","seq":42,"ts":1795410443660}],"more":false}""");
        api.MapGet("/users/{id:int}/conversations", OfUserAsync).WithTags("conversations").RequireScope(ApiScopes.Read).WithName("listConversations")
            .WithSummary("The conversations of a user that have a message, the newest first")
            .Produces<ConversationList>()
            .WithExample(null, """{"conversations":[{"conversation":"d:1:3","head":42,"ts":1795410443660,"received":41,"read":40,"unread":2}],"more":false}""");
    }

    static async Task<IResult> MessagesAsync(
        string conversation, long? after, long? before, int? limit, HttpContext context, ChatSettings settings, MessageLogStore log)
    {
        if (!settings.KeepsHistory)
            return ApiProblem.Of(ErrorCode.HistoryOff, "this server keeps no history");
        if (!ConversationId.TryParse(conversation, out var id))
            return ApiProblem.Malformed($"\"{conversation}\" is no conversation: d:LOWER:HIGHER of two user ids or g:GROUP is expected");
        if (Paging.Problem(after, limit) is { } wrong)
            return wrong;
        if (after is not null && before is not null || before < 1)
            return ApiProblem.Malformed("one of \"after\" and \"before\" is expected, or none; \"before\" is above 0");
        var count = limit ?? Paging.Default;
        var isBackwards = after is null;
        var rows = isBackwards ? await log.ReadBeforeAsync(id, before ?? long.MaxValue, count + 1) : await log.ReadAfterAsync(id, after!.Value, count + 1);
        var page = Fit(rows, count, isBackwards);
        return TypedResults.Bytes(Write(id, page, hasMore: page.Count < rows.Count), "application/json");
    }

    /// <summary>As many as may be told, from the end where the page begins.</summary>
    static List<LogRow> Fit(List<LogRow> rows, int count, bool isBackwards)
    {
        var (room, taken) = (MaxPageBytes, 0);
        while (taken < Math.Min(count, rows.Count) && (taken == 0 || room > 0))
        {
            room -= rows[isBackwards ? rows.Count - 1 - taken : taken].Body.Length;
            taken++;
        }

        return rows.GetRange(isBackwards ? rows.Count - taken : 0, taken);
    }

    static byte[] Write(ConversationId id, List<LogRow> rows, bool hasMore)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("messages");
            foreach (var row in rows)
                writer.WriteRawValue(ChatBody.ToPush(ChangedBody.WithoutReferences(row.Body.Span), id, row.Cmid, row.Seq, row.Ts, references: row.References.Span).AsSpan()[..^1], skipInputValidation: true);
            writer.WriteEndArray();
            writer.WriteBoolean("more", hasMore);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    static async Task<IResult> OfUserAsync(int id, string? after, int? limit, ChatSettings settings, MessageLogStore log, UserDirectory users)
    {
        if (!settings.KeepsHistory)
            return ApiProblem.Of(ErrorCode.HistoryOff, "this server keeps no history");
        if (Paging.Problem(null, limit) is { } wrong)
            return wrong;
        if (after is not null && !ConversationId.TryParse(after, out _))
            return ApiProblem.Malformed($"\"after\" is no conversation: the last one of the page before is expected");
        if ((await users.FindAsync([id])).Count == 0)
            return ApiProblem.NotFound($"there is no user {id}");
        var all = (await log.ConversationsOfAsync(id)).OrderByDescending(row => row.Ts).ThenBy(row => row.A).ThenBy(row => row.B).Select(row => ToAnswer(row, id)).ToList();
        var from = after is null ? 0 : all.FindIndex(answer => answer.Conversation == after) + 1;
        if (from == 0 && after is not null)
            return ApiProblem.NotFound($"user {id} has no conversation {after}");
        var page = all.Skip(from).Take(limit ?? Paging.Default).ToList();
        return TypedResults.Ok(new ConversationList(page, from + page.Count < all.Count));
    }

    static ConversationAnswer ToAnswer(SyncRow row, int userId) => new(
        row.Conversation.ToString(), row.Head, StoredNumbers.OrZero(row.Ts), MarkStanding.Trusted(row.ReceivedTo, row.Head), MarkStanding.TrustedRead(row.ReadTo, row.Head),
        row.UnreadOf(userId));
}
