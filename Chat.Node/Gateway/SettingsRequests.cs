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
        foreach (var id in levels.Where(each => each.Value != NotifyLevel.All).Select(each => each.Key)) // of what one has left something may have been said before
        {
            if (!await contacts.TakesPartAsync(asker.UserId, id))
                return Reply.Fail(ErrorCode.NotYours, Refusal.NotYours(id));
        }

        if (!await notify.ChangeAsync(asker.UserId, levels))
            return Reply.Fail(ErrorCode.TooLarge, $"\"notify\" can be said of at most {UserSettings.MaxNotify} conversations: say \"all\" of one first");
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
