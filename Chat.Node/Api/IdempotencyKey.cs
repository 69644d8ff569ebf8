using System.Text;
using System.Text.Json;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Api;

/// <summary>The key of a request that may come again.</summary>
/// <param name="Text">As its sender has it.</param>
/// <param name="Secret">By which keys of different senders are told apart: the sender's key of the API, which no database has.</param>
sealed record IdempotentRequest(string Text, byte[] Secret);

/// <summary>The header by which a repetition is recognised: plain, or in quotes as RFC 8941 has strings.</summary>
static class IdempotencyKey
{
    public const string Header = "Idempotency-Key";

    /// <summary>The operations that read it: a repetition of any other has no second effect anyhow.</summary>
    public static readonly IReadOnlySet<string> Operations = new HashSet<string>(StringComparer.Ordinal)
    {
        "createUser", "createToken", "createGroup", "sendMessage", "sendMessages", "startUpload", "createKey", "createWebhook",
    };

    /// <summary>Null, and the key or none; or what is wrong with it.</summary>
    public static ApiProblem? Read(HttpRequest request, out IdempotentRequest? key)
    {
        key = null;
        var values = request.Headers[Header];
        if (values.Count == 0)
            return null;
        var text = values.ToString().Trim();
        if (text.Length >= 2 && text[0] == '"' && text[^1] == '"')
            text = text[1..^1];
        if (values.Count > 1 || text.Length is 0 or > SendMessageRequest.MaxCmidCodePoints || !text.All(character => character is >= ' ' and < '\x7f'))
            return ApiProblem.Malformed($"\"{Header}\" must be one text of 1 to {SendMessageRequest.MaxCmidCodePoints} printable ASCII characters");
        key = new IdempotentRequest(text, Encoding.UTF8.GetBytes(BearerKey.Of(request) ?? ""));
        return null;
    }

    /// <summary>For requests that make something: whoever repeats one is told what it has made. Null without a key.</summary>
    /// <param name="key">As <see cref="Read"/> gives it.</param>
    /// <param name="what">What is asked for: another endpoint may have the same key.</param>
    /// <param name="body">The request.</param>
    /// <param name="now">When it came.</param>
    public static RepeatKey? ToRepeat(IdempotentRequest? key, string what, object body, DateTimeOffset now) =>
        key is null ? null : RepeatKey.Of(what, key.Text, key.Secret, JsonSerializer.SerializeToUtf8Bytes(body, body.GetType()), now);

    /// <summary>Makes something, or tells what the same request has made before.</summary>
    /// <param name="once">Null: it has no key.</param>
    /// <param name="repeated">What was made before.</param>
    /// <param name="make">Notes the key in the transaction that makes it.</param>
    /// <param name="tell">What there is of an id.</param>
    public static Task<IResult> OnceAsync(RepeatKey? once, RepeatedWrites repeated, Func<Task<IResult>> make, Func<int, Task<IResult>> tell) =>
        OnceAsync(once, repeated, make, (RepeatedWrite known) => tell(known.Made));

    /// <summary>The same where more is to be known of it than an id.</summary>
    public static async Task<IResult> OnceAsync(RepeatKey? once, RepeatedWrites repeated, Func<Task<IResult>> make, Func<RepeatedWrite, Task<IResult>> tell)
    {
        if (once is null)
            return await make();
        if (await repeated.FindAsync(once) is { } before)
            return await TellAsync(before);
        try
        {
            var made = await make();
            // What was refused may have been refused because another one was quicker.
            return made is ApiProblem && await repeated.FindAsync(once) is { } meanwhile ? await TellAsync(meanwhile) : made;
        }
        catch (DuplicateKeyException)
        {
            if (await repeated.FindAsync(once) is not { } meanwhile)
                throw;
            return await TellAsync(meanwhile);
        }

        async Task<IResult> TellAsync(RepeatedWrite known) => once.IsSame(known) ? await tell(known) : OfAnother();
    }

    static ApiProblem OfAnother() => ApiProblem.Rule($"this \"{Header}\" came with another request before: each request needs one of its own");
}
