using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Files;
using Chat.Node.Links;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Gateway;

/// <summary>The user's conversations as a client shows them, and what the user does about them for itself alone.</summary>
sealed class ConversationRequests(
    MessageLogStore log, ConversationListStore list, MentionStore mentions, ConversationViews views, ContactStore contacts, Lazy<IActorRef> users, Lazy<NoticeBoard> notices, int maxFrameBytes)
{
    /// <summary>Signs addresses of files; null: there are none here.</summary>
    public FileLinks? Files { get; init; }

    /// <exception cref="AskTimeoutException">The settings do not answer in time.</exception>
    public async Task<Reply> ListAsync(ListConversationsRequest request, Asker asker, TimeSpan patience)
    {
        var userId = asker.UserId;
        var asked = SettingsAsync(userId, patience);
        var rows = await log.ConversationsOfAsync(userId);
        var answer = await asked;
        if (answer.Settings is not { } settings)
            return Reply.Fail(answer.Error, answer.Reason);
        var page = ConversationPage.Make(rows, settings, request, userId);
        return Reply.Ok(new ConversationsReply(await DescribeAsync(userId, page.Rows, settings), page.Unread, page.HasMore).ToBytes(request.Ref, maxFrameBytes));
    }

    /// <summary>The user's settings say what is pinned and muted.</summary>
    /// <exception cref="AskTimeoutException">They do not answer in time.</exception>
    public Task<SettingsAnswer> SettingsAsync(int userId, TimeSpan patience) => users.Value.Ask<SettingsAnswer>(new GetSettings(userId), patience);

    /// <summary>Some of a user's conversations as a list shows them, in their order.</summary>
    /// <param name="userId">Whose they are.</param>
    /// <param name="rows">Which.</param>
    /// <param name="settings">The user's.</param>
    public async Task<IReadOnlyList<ConversationSummary>> DescribeAsync(int userId, IReadOnlyList<SyncRow> rows, UserSettings settings)
    {
        var listed = await list.ReadAsync(userId, rows, references => FilePushes.WithAddresses(references, Files, userId));
        var mentioned = await mentions.UnreadAsync([.. rows.Where(row => row.UnreadOf(userId) > 0).Select(row => (userId, row.Conversation, row.ReadFrom))]);
        var (pinned, muted) = (settings.Pinned.ToHashSet(), settings.Muted.ToHashSet());
        return [.. rows.Select(row => SummaryOf(row, userId, listed.GetValueOrDefault(row.Conversation)) with
        {
            Mentions = mentioned.GetValueOrDefault((userId, row.Conversation)).Count,
            IsPinned = pinned.Contains(row.Conversation),
            IsMuted = muted.Contains(row.Conversation),
        })];
    }

    public async Task<Reply> ChangeAsync(ChangeConversationRequest request, Asker asker)
    {
        var (userId, id) = (asker.UserId, request.Conversation);
        if (!await contacts.TakesPartAsync(userId, id))
            return Reply.Fail(ErrorCode.NotYours, Refusal.NotYours(id));
        if (!(await log.HeadsAsync([id])).TryGetValue(id, out var head))
            return Reply.Fail(ErrorCode.NotFound, $"nothing was said in {id} yet");
        if (request.ClearTo > head.Seq)
            return new Reply(ErrorCode.Malformed, "", Refusal.TooHigh(request.Ref, "clear_to", request.ClearTo.Value, id, head.Seq));
        var view = await views.ChangeAsync(userId, request);
        if (request.ClearTo is { } clearTo)
            users.Value.Tell(new ReceivedUpTo(userId, id, clearTo, IsKnown: true, default)); // else what waits in the queue would be shown again
        var hiddenTo = await views.HiddenToAsync(userId, id);
        var push = new ConversationChangedPush(id)
        {
            IsArchived = (view.Flags & ConversationFlags.Archived) != ConversationFlags.None,
            IsMarked = (view.Flags & ConversationFlags.MarkedUnread) != ConversationFlags.None,
            Floor = hiddenTo > 0 ? hiddenTo + 1 : 0,
            Draft = view.Draft,
        };
        notices.Value.TellUser(userId, push.ToBytes(), asker.SessionId);
        return Reply.Ok(ModernFrames.Success(request.Ref));
    }

    static ConversationSummary SummaryOf(SyncRow row, int userId, ConversationListRow? listed)
    {
        var id = row.Conversation;
        var own = MarkStanding.Seen(row.ReceivedTo, row.ReadTo, shownTo: null, row.Head);
        var hasPeer = !id.IsGroup && id.A != id.B;
        return new ConversationSummary(id, row.Head)
        {
            Rev = StoredNumbers.OrZero(row.Rev),
            Floor = row.Floor,
            Received = own.Received,
            Read = own.Read,
            Unread = row.UnreadOf(userId),
            IsMarked = row.IsMarkedUnread,
            Last = row.Floor > row.Head ? default : listed?.Last ?? default,
            Peer = hasPeer && listed is not null ? new ReaderEntry(id.Other(userId), listed.Peer.Received, listed.Peer.Read) : null,
            IsArchived = row.IsArchived,
            Draft = listed?.Draft,
        };
    }
}
