using System.ComponentModel;
using System.Text.Json;
using Chat.Node.Gateway;
using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Api;

/// <summary>How far the other one of two users is.</summary>
/// <param name="Received">Up to where a device has it.</param>
/// <param name="Read">Up to where the user has read, as far as others may see it.</param>
sealed record PeerMarksAnswer(long Received, long Read);

/// <summary>A conversation of a user, as the user's own devices list it (134). What is missing is not so.</summary>
/// <param name="Conversation"><c>d:3:17</c> or <c>g:5</c>.</param>
/// <param name="Head">The number of its last message.</param>
/// <param name="Ts">When that was sent, in milliseconds since 1970, UTC.</param>
/// <param name="Received">Up to where a device of the user has it.</param>
/// <param name="Read">Up to where the user has read it.</param>
/// <param name="Unread">How many messages of others the user has not read.</param>
sealed record ConversationAnswer(string Conversation, long Head, long Ts, long Received, long Read, long Unread)
{
    /// <summary>Of its newest change.</summary>
    public long? Rev { get; init; }

    /// <summary>Messages below it are not shown to the user.</summary>
    public long? Floor { get; init; }

    /// <summary>How many of the unread mention the user, or everybody.</summary>
    public long? Mentions { get; init; }

    /// <summary>The user has marked it as unread.</summary>
    public bool? Marked { get; init; }

    /// <summary>The last message as it is now.</summary>
    public JsonElement? Last { get; init; }

    public PeerMarksAnswer? Peer { get; init; }

    /// <summary>The user's devices list it first.</summary>
    public bool? Pinned { get; init; }

    public bool? Muted { get; init; }

    public bool? Archived { get; init; }
}

/// <summary>The one with the newest message first.</summary>
/// <param name="Conversations">A page.</param>
/// <param name="More">Whether there are others behind the last one: <c>?after=CONVERSATION</c>.</param>
sealed record ConversationList(IReadOnlyList<ConversationAnswer> Conversations, bool More);

/// <summary>Where users talk.</summary>
static class ConversationEndpoints
{
    /// <summary>Last messages are read for so many at once: each may be as large as a frame.</summary>
    const int AtOnce = 100;

    /// <summary>A page ends when its last messages have so many bytes.</summary>
    const int MaxPageBytes = 4 * 1024 * 1024;

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static void MapConversations(this IEndpointRouteBuilder api) =>
        api.MapGet("/users/{id:int}/conversations", ListAsync).WithTags("conversations").RequireScope(ApiScopes.Read).WithName("listConversations")
            .WithSummary("The conversations of a user that have a message, the newest first, archived ones too")
            .Produces<ConversationList>()
            .WithExample(
                null,
                """{"conversations":[{"conversation":"d:1:3","head":42,"ts":1795410443660,"received":41,"read":40,"unread":2,"rev":12,"mentions":1,"last":{"id":3,"msg":"hi","msgid":6,"name":"bob","time":"2026-11-23 04:27:23","toid":1,"cmid":"c-17","conversation":"d:1:3","seq":42,"ts":1795410443660},"peer":{"received":42,"read":42},"pinned":true}],"more":false}""");

    static async Task<IResult> ListAsync(
        int id,
        [Description("those behind this conversation, the last one of the page before")] string? after,
        [Description("1 to 1000 conversations, 100 without it; a page may have fewer")] int? limit,
        ChatSettings settings, MessageLogStore log, UserDirectory users, ConversationRequests conversations)
    {
        if (!settings.KeepsHistory)
            return ConversationPath.HistoryOff();
        if (Paging.Problem(null, limit) is { } wrong)
            return wrong;
        if (after is not null && !ConversationId.TryParse(after, out _))
            return ApiProblem.Malformed($"\"after\" is no conversation: the last one of the page before is expected");
        if ((await users.FindAsync([id])).Count == 0)
            return ApiProblem.NotFound($"there is no user {id}");
        var all = (await log.ConversationsOfAsync(id)).OrderByDescending(row => row.Ts).ThenBy(row => row.A).ThenBy(row => row.B).ToList();
        var from = after is null ? 0 : all.FindIndex(row => row.Conversation.ToString() == after) + 1;
        if (from == 0 && after is not null)
            return ApiProblem.NotFound($"user {id} has no conversation {after}");
        var answer = await conversations.SettingsAsync(id, Patience);
        if (answer.Settings is not { } own)
            return ApiProblem.Of(answer.Error, answer.Reason);
        var (page, bytes) = (new List<ConversationAnswer>(), 0L);
        foreach (var some in all.Skip(from).Take(limit ?? Paging.Default).Chunk(AtOnce))
        {
            var described = await conversations.DescribeAsync(id, some, own);
            page.AddRange(some.Zip(described, ToAnswer));
            bytes += described.Sum(each => (long)each.Last.Length);
            if (bytes > MaxPageBytes)
                break;
        }

        return TypedResults.Ok(new ConversationList(page, from + page.Count < all.Count));
    }

    static ConversationAnswer ToAnswer(SyncRow row, ConversationSummary summary) => new(
        summary.Conversation.ToString(), summary.Head, StoredNumbers.OrZero(row.Ts), summary.Received, summary.Read, summary.Unread)
    {
        Rev = OrMissing(summary.Rev),
        Floor = OrMissing(summary.Floor),
        Mentions = OrMissing(summary.Mentions),
        Marked = OrMissing(summary.IsMarked),
        Last = summary.Last.IsEmpty ? null : JsonElement.Parse(summary.Last.Span),
        Peer = summary.Peer is { } peer ? new PeerMarksAnswer(peer.Received, peer.Read) : null,
        Pinned = OrMissing(summary.IsPinned),
        Muted = OrMissing(summary.IsMuted),
        Archived = OrMissing(summary.IsArchived),
    };

    static long? OrMissing(long number) => number > 0 ? number : null;

    static bool? OrMissing(bool isSo) => isSo ? true : null;
}
