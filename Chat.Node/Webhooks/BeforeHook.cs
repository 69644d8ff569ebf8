using System.Text;
using System.Text.Json;
using Chat.Node.Contracts;
using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Node.Telemetry;
using Chat.Protocol;

namespace Chat.Node.Webhooks;

/// <summary>
/// Asks the product's own server about messages and edits before they are accepted. What was accepted before stays accepted, whatever the server says when
/// it comes again: before something is refused the log is asked for it.
/// </summary>
sealed class BeforeHook(
    HookSettings settings, bool allowPrivate, MessageLimits limits, MessageLogStore? log, TimeProvider clock, ILogger<BeforeHook> logger) : IBeforeHook, IDisposable
{
    /// <summary>An edit has no id: one that comes within this time is taken for a repetition, a later one for another wish.</summary>
    static readonly TimeSpan EditLasts = TimeSpan.FromMinutes(1);

    readonly HookServer _server = new(settings, allowPrivate, limits, clock, logger);
    readonly RecentVerdicts _recent = new();

    /// <summary>Where accepted messages are; null without a history.</summary>
    readonly MessageLogStore? _log = log;

    readonly HookFailure _onFailure = settings.OnFailure;

    /// <summary>Questions that have a place.</summary>
    public int UnderWay => _server.UnderWay;

    public Task<HookVerdict> AskAsync(BeforeMessage message) => AskAsync(
        message.MayComeAgain ? VerdictKey.Of(message) : null, long.MaxValue,
        () => _server.AskAsync(
            HookBody.IdOf(message), now => HookBody.Of(message, now), text => limits.Problem(Encoding.UTF8.GetByteCount(text), message.Body.WithText(text))),
        async accepted => (await accepted.FindAsync(message.Conversation, message.Sender, [message.Cmid])).Count > 0);

    public Task<HookVerdict> AskAsync(BeforeEdit edit) => AskAsync(
        VerdictKey.Of(edit), clock.CoarseMilliseconds() + (long)EditLasts.TotalMilliseconds,
        () => _server.AskAsync(HookBody.IdOf(edit), now => HookBody.Of(edit, now), limits.Problem),
        async accepted => (await accepted.ReadAtAsync([(edit.Conversation, edit.Seq)])).Values.Any(row => row.Sender == edit.Sender && TextOf(row) == edit.Text));

    public void Dispose() => _server.Dispose();

    /// <param name="key">What it is remembered by; null: it does not come again.</param>
    /// <param name="until">How long; of a steady clock.</param>
    /// <param name="ask">Null: no answer.</param>
    /// <param name="isThereAsync">Whether it was accepted before.</param>
    async Task<HookVerdict> AskAsync(VerdictKey? key, long until, Func<Task<HookVerdict?>> ask, Func<MessageLogStore, Task<bool>> isThereAsync)
    {
        if (key is { } asked && _recent.TryFind(asked, clock.CoarseMilliseconds(), out var known))
            return known;
        var answer = await ask();
        var verdict = answer ?? OfSilence();
        if (key is not { } answered)
            return verdict;
        if (verdict.Action != HookAction.Allow && await WithoutAcceptedAsync(isThereAsync, verdict) is var judged && judged != verdict)
            return judged;
        if (answer is not null)
            _recent.Add(answered, verdict, until);
        return verdict;
    }

    HookVerdict OfSilence() => _onFailure == HookFailure.Allow
        ? HookVerdict.Allowed
        : new HookVerdict(HookAction.Postpone, "nobody can say now whether the message is allowed");

    /// <summary>What was accepted before goes on to its conversation, which answers as it did then.</summary>
    async Task<HookVerdict> WithoutAcceptedAsync(Func<MessageLogStore, Task<bool>> isThereAsync, HookVerdict verdict)
    {
        if (_log is null)
            return verdict;
        try
        {
            return await isThereAsync(_log) ? HookVerdict.Allowed : verdict;
        }
        catch (StorageException)
        {
            return new HookVerdict(HookAction.Postpone, "the database does not answer");
        }
    }

    static string? TextOf(LogRow row)
    {
        try
        {
            return ChangedBody.TextOf(row.Body.Span);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null; // somebody has written into the log
        }
    }
}
