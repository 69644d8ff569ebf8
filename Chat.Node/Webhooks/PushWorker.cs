using Chat.Node.Contracts;
using Chat.Node.Storage;
using Chat.Node.Telemetry;
using Chat.Protocol;

namespace Chat.Node.Webhooks;

/// <summary>How pushes are told of.</summary>
/// <param name="HasPreview">Whether the beginning of the text is told.</param>
sealed record PushSettings(bool HasPreview);

/// <summary>Looks at the messages that wait for users, and tells who is to be woken. Only the dispatcher uses it, so there is one in the cluster.</summary>
sealed class PushWorker(
    PushStore pushes, DeliveryMarks marks, Presence presence, MessageLogStore log, PushWishes wishes, DeviceStore devices, IEnumerable<IPushSender> senders, PushSettings settings, TimeProvider clock,
    ILogger<PushWorker> logger)
{
    public const int PageRows = 100;

    static readonly TimeSpan SenderTimeout = TimeSpan.FromSeconds(5);

    readonly List<IPushSender> _senders = [.. senders];

    long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>One page of what is due; if nobody wants it, what waits is forgotten. True if there is certainly more.</summary>
    /// <exception cref="StorageException">The database does not answer.</exception>
    public Task<bool> RunAsync(IReadOnlyList<WebhookEndpoint> endpoints)
    {
        var writesEvents = endpoints.Any(endpoint => endpoint.Gets(WebhookTypes.PushRequired));
        return writesEvents || _senders.Count > 0 ? RunAsync(writesEvents) : pushes.ForgetSomeAsync();
    }

    async Task<bool> RunAsync(bool writesEvents)
    {
        var page = await pushes.ReadDueAsync(Now, PageRows);
        if (page.Count == 0)
            return false;
        var forgotten = page.Where(each => !each.IsMember).Select(each => each.Push).ToList();
        var waiting = await RunAsync(page.Where(each => each.IsMember).ToDictionary(each => each.Push), forgotten, writesEvents);
        if (forgotten.Count > 0)
            await pushes.ForgetAsync(forgotten);
        if (waiting.Count > 0)
            await pushes.PostponeAsync(waiting, Now + PushRule.AgainMilliseconds);
        return page.Count == PageRows;
    }

    /// <summary>Tells those of a page that are to be told, and notes those that nobody needs; those that come again are returned.</summary>
    async Task<List<PendingPush>> RunAsync(Dictionary<PendingPush, DuePush> shown, List<PendingPush> forgotten, bool writesEvents)
    {
        var due = shown.Keys;
        if (due.Count == 0)
            return [];
        var sessions = await presence.NodesOfAsync([.. due.Select(push => push.UserId).Distinct()]);
        var messages = await log.ReadAtAsync([.. due.Select(push => (push.Conversation, push.Seq)).Distinct()]);
        var read = await marks.ReadAsync([.. due.Select(push => (push.UserId, push.Conversation))]);
        List<PendingPush> waiting = [];
        List<(PendingPush Push, LogRow Message)> wanted = [];
        foreach (var push in due)
        {
            var message = messages.GetValueOrDefault((push.Conversation, push.Seq));
            switch (PushRule.Judge(push, read[(push.UserId, push.Conversation)], sessions.ContainsKey(push.UserId), message?.Sender))
            {
                case PushStep.Forget:
                    forgotten.Add(push);
                    break;
                case PushStep.Wait:
                    waiting.Add(push);
                    break;
                case PushStep.Tell:
                    wanted.Add((push, message!));
                    break;
            }
        }

        wanted = await WithWishesAsync(wanted, push => Math.Max(read[(push.UserId, push.Conversation)].ReadTo, shown[push].HiddenTo), forgotten);
        wanted = await WithSeenAsync(wanted, shown);
        List<int> users = [.. wanted.Select(each => each.Push.UserId).Distinct()];
        var unread = await pushes.UnreadAsync(users);
        var wakeable = users.Count > 0 ? await devices.WakeableAsync(users) : null;
        List<(PendingPush, PushRequired)> told =
            [.. wanted.Select(each => (each.Push, Describe(each.Push, each.Message, unread.Of(each.Push.UserId)) with { Devices = [.. wakeable![each.Push.UserId].Select(ToPush)] }))];
        waiting.AddRange(await TellAsync(told, writesEvents));
        return waiting;
    }

    /// <summary>Those that the users themselves want to be woken by. Of who wants mentions only the first unread one is told.</summary>
    async Task<List<(PendingPush Push, LogRow Message)>> WithWishesAsync(
        List<(PendingPush Push, LogRow Message)> wanted, Func<PendingPush, long> readTo, List<PendingPush> forgotten)
    {
        if (wanted.Count == 0)
            return wanted;
        var judged = await wishes.JudgeAsync([.. wanted.Select(each => (each.Push, readTo(each.Push)))]);
        var mentions = judged.Seqs.Count == 0 ? [] : await log.ReadAtAsync([.. judged.Seqs.Select(each => (each.Key.Conversation, each.Value)).Distinct()]);
        var left = new List<(PendingPush, LogRow)>(wanted.Count);
        foreach (var (push, message) in wanted)
        {
            if (judged.Unwanted.Contains(push))
                forgotten.Add(push);
            else if (judged.Unmentioned.Exists(each => each.Push == push))
                continue;
            else if (!judged.Seqs.TryGetValue(push, out var seq))
                left.Add((push, message));
            else if (mentions.TryGetValue((push.Conversation, seq), out var mention))
                left.Add((push, mention));
        }

        if (judged.Unmentioned.Count > 0)
            await pushes.ForgetUnmentionedAsync(judged.Unmentioned, wishes.Levels);
        return left;
    }

    /// <summary>Nobody is woken by what was taken back, or is not shown: the next message is told instead, if there is one.</summary>
    async Task<List<(PendingPush Push, LogRow Message)>> WithSeenAsync(List<(PendingPush Push, LogRow Message)> wanted, Dictionary<PendingPush, DuePush> shown)
    {
        var unseen = wanted.Where(each => shown[each.Push].IsUnseen && each.Message.Seq == each.Push.Seq).Select(each => shown[each.Push]).ToList();
        if (unseen.Count == 0)
            return wanted;
        var left = wanted.FindAll(each => !unseen.Exists(one => one.Push == each.Push));
        List<DuePush> forgotten = [];
        foreach (var due in unseen)
        {
            if (await pushes.NextAsync(due) is not { } seq)
                forgotten.Add(due);
            else if ((await log.ReadAtAsync([(due.Push.Conversation, seq)])).TryGetValue((due.Push.Conversation, seq), out var next))
                left.Add((due.Push, next));
        }

        if (forgotten.Count > 0)
            await pushes.ForgetUnseenAsync(forgotten);
        return left;
    }

    /// <summary>Those that a sender in the process has not taken: they come again.</summary>
    async Task<List<PendingPush>> TellAsync(List<(PendingPush Push, PushRequired Required)> told, bool writesEvents)
    {
        var failed = new List<PendingPush>();
        foreach (var (push, required) in told)
        {
            if (!await TrySendAsync(required))
                failed.Add(push);
        }

        var taken = told.Where(each => !failed.Contains(each.Push)).Select(each => (each.Push, WebhookData.Of(each.Required with { Preview = each.Required.Preview is null ? null : "" }))).ToList(); // EventTexts has the text
        if (taken.Count > 0)
            await pushes.TellAsync(taken, writesEvents);
        return failed;
    }

    async Task<bool> TrySendAsync(PushRequired required)
    {
        foreach (var sender in _senders)
        {
            try
            {
                using var timeout = new CancellationTokenSource(SenderTimeout, clock);
                await sender.SendAsync(required, timeout.Token).WaitAsync(SenderTimeout, clock);
            }
            catch (Exception e)
            {
                WebhookLog.PushFailed(logger, required.User, e.Message);
                return false;
            }
        }

        return true;
    }

    static PushDevice ToPush(StoredDevice device) => new(device.Device, device.Platform, device.Provider ?? "", device.Token ?? "");

    PushRequired Describe(PendingPush push, LogRow message, int badge) => new(
        push.UserId, push.Conversation.ToString(), message.Seq, message.Ts, message.Sender, push.Conversation.IsGroup ? push.Conversation.B : null,
        settings.HasPreview ? PushRule.Preview(ChangedBody.TextOf(message.Body.Span)) : null, badge);
}
