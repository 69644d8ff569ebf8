using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Gateway;

/// <summary>Messages that somebody is to look at.</summary>
/// <param name="reports">Where they are kept.</param>
/// <param name="contacts">Who takes part.</param>
/// <param name="log">The messages.</param>
/// <param name="changes">What has become of them.</param>
/// <param name="views">What is shown no more.</param>
sealed class ReportRequests(ReportStore reports, ContactStore contacts, MessageLogStore log, MessageChangeStore changes, ConversationViews views)
{
    public async Task<Reply> ReportAsync(ReportRequest request, int userId)
    {
        var (id, seq) = (request.Conversation, request.Seq);
        if (!await contacts.TakesPartAsync(userId, id))
            return Reply.Fail(ErrorCode.NotYours, Refusal.NotYours(id));
        var message = (await log.ReadAtAsync([(id, seq)])).GetValueOrDefault((id, seq));
        if (message is null || seq <= await views.HiddenToAsync(userId, id))
            return Reply.Fail(ErrorCode.NotFound, $"you see no message {seq} in {id}");
        if (message.IsSystem)
            return Reply.Fail(ErrorCode.Forbidden, $"message {seq} is a system message: nobody has sent it");
        if (message.Sender == userId)
            return Reply.Fail(ErrorCode.Malformed, $"message {seq} is your own: one of somebody else is expected");
        if ((await changes.StatesAsync(id, seq, seq, userId)).Any(state => state.Recalled is not null))
            return Reply.Fail(ErrorCode.Forbidden, $"message {seq} was recalled: nothing is left to look at");
        return await reports.AddAsync(request, userId, message) == ReportOutcome.TooMany
            ? Reply.Fail(ErrorCode.TooFast, $"you have reported {ReportStore.MaxAtOnce} messages in {ReportStore.PaceMilliseconds / 60_000} minutes: wait")
            : Reply.Ok(ModernFrames.Success(request.Ref));
    }
}
