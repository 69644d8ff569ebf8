using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Links;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Gateway;

/// <summary>What a user has chosen: most of it is the user's actor's, what wakes a phone is in a table that the pushes read.</summary>
sealed class SettingsRequests(
    NotifyStore notify, ContactStore contacts, Lazy<IActorRef> users, Lazy<NoticeBoard> notices, bool keepsHistory, int maxFrameBytes)
{
    /// <exception cref="AskTimeoutException">The settings do not answer in time.</exception>
    public Task<Reply> GetAsync(GetSettingsRequest request, Asker asker, TimeSpan patience) => AskAsync(request, new GetSettings(asker.UserId), asker, patience);

    /// <exception cref="AskTimeoutException">The settings do not answer in time; what was asked for may be done all the same.</exception>
    public async Task<Reply> ChangeAsync(ChangeSettingsRequest request, Asker asker, TimeSpan patience)
    {
        if (request.Change.Notify is not { } levels)
            return await AskAsync(request, new ChangeSettings(asker.UserId, asker.SessionId, request.Change), asker, patience);
        if (!keepsHistory)
            return Reply.Fail(ErrorCode.HistoryOff, "this server keeps no history, and wakes nobody");
        var kept = new Dictionary<ConversationId, NotifyLevel>();
        foreach (var (id, level) in levels)
        {
            var takesPart = level != NotifyLevel.Default && await contacts.TakesPartAsync(asker.UserId, id);
            if (!takesPart && level is (NotifyLevel.Mentions or NotifyLevel.None)) // of what one has left something may have been said before
                return Reply.Fail(ErrorCode.NotYours, Refusal.NotYours(id));
            kept.Add(id, WakeRule.Kept(level, id, takesPart));
        }

        if (!await notify.ChangeAsync(asker.UserId, kept))
            return Reply.Fail(ErrorCode.TooLarge, $"\"notify\" can be said of at most {UserSettings.MaxNotify} conversations: say \"default\" of one first");
        return await AskAsync(request, new GetSettings(asker.UserId), asker, patience, isNews: true);
    }

    async Task<Reply> AskAsync(Request request, IUserMessage question, Asker asker, TimeSpan patience, bool isNews = false)
    {
        var answer = await users.Value.Ask<SettingsAnswer>(question, patience);
        if (answer.Settings is not { } settings)
            return Reply.Fail(answer.Error, answer.Reason);
        if (asker.SpeaksNext)
            settings = settings with { Notify = await notify.ReadAsync(asker.UserId) };
        if (isNews)
            notices.Value.TellUser(asker.UserId, SettingsFrames.Changed(settings, maxFrameBytes, asker.Protocol), asker.SessionId);
        return Reply.Ok(SettingsFrames.Reply(request.Ref, settings, maxFrameBytes, asker.Protocol));
    }
}
