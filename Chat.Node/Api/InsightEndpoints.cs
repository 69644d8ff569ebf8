using System.ComponentModel;
using System.Text.Json;
using Chat.Node.Gateway;
using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Api;

/// <summary>Somebody who has a message.</summary>
/// <param name="Id">The user.</param>
/// <param name="Read">Up to where the user has read, as far as others may see it.</param>
/// <param name="Received">Up to where a device has it.</param>
sealed record ReaderAnswer(int Id, long Read, long Received);

/// <summary>Who has a message; its sender is not counted.</summary>
/// <param name="Members">Who could have it.</param>
/// <param name="Received">How many of them have it on a device.</param>
/// <param name="Read">How many have read it.</param>
/// <param name="Who">A page of those who have it, ascending by id.</param>
/// <param name="More">Whether there are others behind the last one: <c>?after=ID</c>.</param>
sealed record ReceiptsAnswer(int Members, int Received, int Read, IReadOnlyList<ReaderAnswer> Who, bool More);

/// <summary>Messages that were changed, ascending by rev.</summary>
/// <param name="Changes">Each as it is now.</param>
/// <param name="Rev">For <c>?since=</c> of the next time.</param>
/// <param name="More">Whether there are others: ask again with this rev.</param>
sealed record ChangeList(JsonElement Changes, long Rev, bool More);

/// <summary>Messages that were found, the newest first.</summary>
/// <param name="Hits">A page.</param>
/// <param name="Indexed">What was sent up to here is found, in milliseconds since 1970, UTC; 0: older messages are still being looked through.</param>
/// <param name="More">Whether there are others.</param>
/// <param name="After">For <c>?after=</c> of the next page.</param>
sealed record HitList(JsonElement Hits, long Indexed, bool More, string? After);

/// <summary>What clients ask about messages with 114, 133 and 137, for the product's own servers.</summary>
static class InsightEndpoints
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static void MapInsight(this IEndpointRouteBuilder api)
    {
        api.MapGet("/conversations/{conversation}/messages/{seq:long}/receipts", ReceiptsAsync).WithTags("conversations").RequireScope(ApiScopes.Read).WithName("listReceipts")
            .WithSummary("Who has received and read a message, as far as users show it").Produces<ReceiptsAnswer>()
            .WithExample(null, """{"members":40,"received":30,"read":17,"who":[{"id":3,"read":42,"received":42}],"more":false}""");
        api.MapGet("/conversations/{conversation}/changes", ChangesAsync).WithTags("conversations").RequireScope(ApiScopes.Read).WithName("listChanges")
            .WithSummary("The messages of a conversation that were changed after a rev, each as it is now").Produces<ChangeList>()
            .WithExample(null, """{"changes":[{"seq":41,"rev":12,"edit":{"msg":"see you at nine","ts":1795410443660},"reactions":{"❤":3}}],"rev":12,"more":false}""");
        api.MapGet("/users/{id:int}/search", SearchAsync).WithTags("conversations").RequireScope(ApiScopes.Read).WithName("searchMessages")
            .WithSummary("Messages by their words, in what a user sees").Produces<HitList>()
            .WithExample(null, """{"hits":[{"conversation":"d:1:3","seq":42,"id":1,"ts":1795410443660,"msg":"see you at nine"}],"indexed":1795410443660,"more":false}""");
    }

    static async Task<IResult> ReceiptsAsync(
        string conversation, long seq,
        [Description(Paging.AfterWords)] int? after,
        [Description(Paging.LimitWords)] int? limit,
        ChatSettings settings, ReceiptStore receipts, GroupStore groups)
    {
        if (ConversationPath.Refusal(conversation, settings, out var id) is { } refusal)
            return refusal;
        if (Paging.Problem(after, limit) is { } wrong)
            return wrong;
        if (await ConversationPath.MissingAsync(id, groups) is { } missing)
            return missing;
        if (await receipts.CountAsync(id, seq) is not { } counts)
            return ApiProblem.NotFound($"there is no message {seq} in {id}");
        var count = limit ?? Paging.Default;
        var who = await receipts.WhoAsync(id, seq, counts, after ?? 0, count + 1);
        return TypedResults.Ok(new ReceiptsAnswer(
            counts.Members, counts.Received, counts.HasRead, [.. who.Take(count).Select(reader => new ReaderAnswer(reader.UserId, reader.Read, reader.Received))], who.Count > count));
    }

    static async Task<IResult> ChangesAsync(
        string conversation,
        [Description("the rev of the answer before; 0 without it")] long? since,
        [Description("1 to 500 messages, 100 without it; more counts as 500, and a page may have fewer")] int? limit,
        ChatSettings settings, ChangeRequests changes, GroupStore groups)
    {
        if (ConversationPath.Refusal(conversation, settings, out var id) is { } refusal)
            return refusal;
        if (WireRules.CheckQuery(new FetchChangesRequest(id, since ?? 0, limit ?? Paging.Default), out var request) is { } wrong)
            return wrong;
        if (await ConversationPath.MissingAsync(id, groups) is { } missing)
            return missing;
        return Answer(await changes.ReadAsync(request, Asker.Product.UserId), json => new ChangeList(json.GetProperty("changes"), json.GetProperty("rev").GetInt64(), json.TryGetProperty("more", out _)));
    }

    static async Task<IResult> SearchAsync(
        int id,
        [Description("the words: each must be in a message; 1 to 256 bytes")] string? text,
        [Description("only in this one")] string? conversation,
        [Description("only what this user has sent")] int? from,
        [Description("only what was sent at this time or later, in milliseconds since 1970, UTC")] long? since,
        [Description("only what was sent before this time")] long? until,
        [Description("\"after\" of the page before")] string? after,
        [Description("1 to 50 messages, 50 without it; more counts as 50, and a page may have fewer")] int? limit,
        ChatSettings settings, UserDirectory users, SearchRequests search)
    {
        if (!settings.KeepsHistory)
            return ConversationPath.HistoryOff();
        ConversationId? only = null;
        if (conversation is not null)
        {
            if (ConversationPath.Refusal(conversation, out var named) is { } refusal)
                return refusal;
            only = named;
        }

        var wanted = new SearchRequest(text ?? "", limit ?? Paging.Default) { Conversation = only, From = from, Since = since, Until = until, After = after };
        if (WireRules.CheckQuery(wanted, out var request) is { } wrong)
            return wrong;
        if (await users.FindAsync(id) is null)
            return UserEndpoints.NoUser(id);
        return Answer(await search.SearchAsync(request, Asker.Product with { UserId = id }, Patience), json => new HitList(
            json.GetProperty("hits"), json.GetProperty("indexed").GetInt64(), json.TryGetProperty("more", out _), json.TryGetProperty("after", out var place) ? place.GetString() : null));
    }

    /// <summary>What a client would be answered, as the API says it.</summary>
    static IResult Answer<T>(Reply reply, Func<JsonElement, T> read)
    {
        if (reply.Error == ErrorCode.Malformed)
            return ApiProblem.Malformed(reply.Reason);
        return reply.Error == ErrorCode.None ? TypedResults.Ok(read(JsonElement.Parse(reply.Frame))) : ApiProblem.Of(reply.Error, reply.Reason);
    }
}
