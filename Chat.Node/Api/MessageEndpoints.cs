using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Chat.Node.Settings;
using Chat.Protocol;

namespace Chat.Node.Api;

/// <summary>Where a message is.</summary>
/// <param name="Conversation"><c>d:3:17</c> or <c>g:5</c>.</param>
/// <param name="Seq">Its number there; 0 without a history.</param>
/// <param name="Ts">Milliseconds since 1970, UTC.</param>
sealed record MessageAnswer(string Conversation, long Seq, long Ts);

/// <summary>Messages that are sent together.</summary>
sealed record MessageBatch(IReadOnlyList<MessageBody?>? Messages);

/// <summary>The same before each of them is read by itself.</summary>
sealed record MessageObjects(IReadOnlyList<JsonElement>? Messages);

/// <summary>What became of a message of a batch: a <see cref="MessageAnswer"/>, or the error.</summary>
/// <param name="Status">What the message alone would have been answered with.</param>
/// <param name="Conversation"><c>d:3:17</c> or <c>g:5</c>.</param>
/// <param name="Seq">Its number there.</param>
/// <param name="Ts">Milliseconds since 1970, UTC.</param>
/// <param name="Errno">As on the wire.</param>
/// <param name="Detail">For people.</param>
/// <param name="Retry">Whether the same message may be taken later.</param>
sealed record BatchResult(int Status, string? Conversation = null, long? Seq = null, long? Ts = null, int? Errno = null, string? Detail = null, bool? Retry = null);

/// <summary>A result for each message, in their order.</summary>
sealed record BatchAnswer(IReadOnlyList<BatchResult> Results);

/// <summary>Sending. An answer means committed.</summary>
static class MessageEndpoints
{
    /// <summary>In one batch.</summary>
    public const int MaxBatch = 1000;

    /// <summary>A longer batch is refused, in bytes.</summary>
    const int MaxBatchBytes = 4 * 1024 * 1024;

    public static void MapMessages(this IEndpointRouteBuilder api, ChatLimits limits)
    {
        var messages = api.MapGroup("/messages").WithTags("messages");
        messages.MapPost("", SendAsync).RequireScope(ApiScopes.Send).WithBodyLimit(Math.Max(64 * 1024, limits.MaxFrameBytes * 2)).WithName("sendMessage")
            .WithSummary("Sends a message; the Idempotency-Key is its cmid, so that a repetition is recognised for ever")
            .Accepts<MessageBody>("application/json").Produces<MessageAnswer>()
            .WithExample("""{"from":1,"to":3,"msg":"your order is on its way"}""", """{"conversation":"d:1:3","seq":42,"ts":1795410443660}""");
        messages.MapPost("/batch", SendBatchAsync).RequireScope(ApiScopes.Send).WithBodyLimit(MaxBatchBytes).WithName("sendMessages")
            .WithSummary("Sends up to 1000 messages, each with a cmid of its own; a result for each, in their order")
            .Accepts<MessageBatch>("application/json").Produces<BatchAnswer>()
            .WithExample(
                """{"messages":[{"from":1,"to":3,"msg":"one","cmid":"order-17-a"},{"from":1,"group":99,"msg":"two","cmid":"order-17-b"}]}""",
                """{"results":[{"status":200,"conversation":"d:1:3","seq":43,"ts":1795410443661},{"status":404,"errno":7,"detail":"there is no group 99","retry":false}]}""");
    }

    static async Task<IResult> SendAsync(HttpRequest request, MessageSending sending, MessageJson json)
    {
        if (IdempotencyKey.Read(request, out var key) is { } wrong)
            return wrong;
        var read = json.Read(await json.ReadAsync<JsonElement>(request));
        if (read.Body is not { } body)
            return ApiProblem.Malformed(read.Problem!);
        if (key is not null && body.Cmid is not null && key.Text != body.Cmid)
            return ApiProblem.Malformed("\"Idempotency-Key\" and \"cmid\" are different: one of them is expected");
        var result = (await sending.SendAsync([new ReadMessage(body with { Cmid = body.Cmid ?? key?.Text }, null)], request.Headers.TraceParent))[0];
        return result.Error == ErrorCode.None
            ? TypedResults.Ok(new MessageAnswer(result.Conversation.ToString(), result.Seq, result.Ts))
            : result.ToProblem();
    }

    static async Task<IResult> SendBatchAsync(HttpRequest request, MessageSending sending, MessageJson json)
    {
        if (IdempotencyKey.Read(request, out var key) is { } wrong)
            return wrong;
        var batch = await json.ReadAsync<MessageObjects>(request);
        if (batch?.Messages is not { Count: > 0 and <= MaxBatch } messages || messages.Any(message => message.ValueKind != JsonValueKind.Object))
            return ApiProblem.Malformed($"\"messages\" must be a list of 1 to {MaxBatch} objects");
        var results = await sending.SendAsync([.. messages.Select((message, at) => WithCmid(json.Read(message), key, at))], request.Headers.TraceParent);
        return TypedResults.Ok(new BatchAnswer([.. results.Select(ToResult)]));
    }

    static ReadMessage WithCmid(ReadMessage message, IdempotentRequest? key, int at) =>
        key is not null && message.Body is { Cmid: null } body ? message with { Body = body with { Cmid = CmidOf(key.Text, at) } } : message;

    /// <summary>The cmid of a message by the key of its batch and its place there. Where both together are too long for one, a hash stands for the key.</summary>
    static string CmidOf(string key, int at)
    {
        var plain = $"{key}:{at}";
        return plain.Length <= SendMessageRequest.MaxCmidCodePoints ? plain : $"~{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)).AsSpan(0, 24))}:{at}";
    }

    static BatchResult ToResult(SentMessage sent) => sent.Error == ErrorCode.None
        ? new BatchResult(StatusCodes.Status200OK, sent.Conversation.ToString(), sent.Seq, sent.Ts)
        : new BatchResult(sent.ToProblem().Status, Errno: (int)sent.Error, Detail: sent.Reason, Retry: sent.Error.IsRetryable());
}
