using Chat.Node.Contracts;
using Chat.Node.People;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Api;

/// <summary>What is to be changed of a message: one thing at a time.</summary>
/// <param name="By">Who changes it; left out: your own server does, in the name of its sender, at any time.</param>
/// <param name="Edit">Another text.</param>
/// <param name="Recall">True: it is taken back.</param>
/// <param name="React">An emoji that the user reacts with.</param>
/// <param name="Unreact">One that the user takes back.</param>
/// <param name="Pin">Whether it is pinned.</param>
sealed record MessageChangeBody(int? By, string? Edit, bool? Recall, string? React, string? Unreact, bool? Pin);

/// <summary>The message is as was asked for.</summary>
/// <param name="Rev">Since this change of the conversation.</param>
/// <param name="Ts">Since when, in milliseconds since 1970, UTC.</param>
sealed record MessageChangeResult(long Rev, long Ts);

/// <summary>Changes of messages. An answer means committed; repeating one is harmless.</summary>
static class ChangeEndpoints
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static void MapChanges(this IEndpointRouteBuilder api, int maxBodyBytes) =>
        api.MapPatch("/conversations/{conversation}/messages/{seq:long}", ChangeAsync).WithTags("conversations").RequireScope(ApiScopes.Send).WithBodyLimit(maxBodyBytes)
            .WithName("changeMessage").WithSummary("Edits, recalls, pins a message or reacts to it; without \"by\" as its sender and at any time, which needs the scope manage too")
            .Produces<MessageChangeResult>()
            .WithExample("""{"by":1,"edit":"see you at nine"}""", """{"rev":12,"ts":1795410443660}""");

    static async Task<IResult> ChangeAsync(string conversation, long seq, MessageChangeBody body, HttpContext context, UserDirectory users, GroupStore groups, MessageChanges changes, AuditTrail audit)
    {
        if (ConversationPath.Refusal(conversation, out var id) is { } malformed)
            return malformed;
        if (body.Recall == false)
            return ApiProblem.Malformed("\"recall\" must be true");
        ChangeMessageRequest[] wanted = [.. Wanted(id, seq, body)];
        if (wanted.Length != 1)
            return ApiProblem.Malformed("one of \"edit\", \"recall\", \"react\", \"unreact\" and \"pin\" is expected");
        if (WireRules.Check(wanted[0], out var change) is { } wrong)
            return wrong;
        if (body.By is null && change.Kind is ChangeKind.React or ChangeKind.Unreact)
            return ApiProblem.Malformed("\"by\" is missing: a reaction is somebody's");
        if (body.By is null && !(context.Items[typeof(ApiCaller)] is ApiCaller caller && caller.Scopes.HasFlag(ApiScopes.Manage)))
            return new ApiProblem(StatusCodes.Status403Forbidden, ErrorCode.NotYours, "this key lacks the scope \"manage\": \"by\" is expected");
        if (body.By is { } by && await RefusalOfAsync(users, by) is { } refusal)
            return refusal;
        if (await ConversationPath.MissingAsync(id, groups) is { } missing)
            return missing;
        if (body.By is null)
            await audit.NoteAsync(context);
        var answer = await changes.ChangeAsync(change, body.By ?? ChangeMessage.Product, Patience);
        return answer.Error == ErrorCode.None ? TypedResults.Ok(new MessageChangeResult(answer.Rev, answer.Ts)) : ApiProblem.Of(answer.Error, answer.Reason);
    }

    /// <summary>As with messages: nothing is done in the name of who is shut out.</summary>
    static async Task<ApiProblem?> RefusalOfAsync(UserDirectory users, int userId) => await users.FindAsync(userId) switch
    {
        null => new ApiProblem(StatusCodes.Status422UnprocessableEntity, ErrorCode.NotFound, $"there is no user {userId}"),
        { IsDisabled: true } => ApiProblem.Of(ErrorCode.NotYours, $"user {userId} is disabled"),
        _ => null,
    };

    static IEnumerable<ChangeMessageRequest> Wanted(ConversationId id, long seq, MessageChangeBody body)
    {
        if (body.Edit is { } text)
            yield return new ChangeMessageRequest(id, seq, ChangeKind.Edit, text);
        if (body.Recall is true)
            yield return new ChangeMessageRequest(id, seq, ChangeKind.Recall);
        if (body.React is { } reaction)
            yield return new ChangeMessageRequest(id, seq, ChangeKind.React, reaction);
        if (body.Unreact is { } former)
            yield return new ChangeMessageRequest(id, seq, ChangeKind.Unreact, former);
        if (body.Pin is { } pin)
            yield return new ChangeMessageRequest(id, seq, pin ? ChangeKind.Pin : ChangeKind.Unpin);
    }
}
