using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Links;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Gateway;

/// <summary>Whom users know and block.</summary>
/// <param name="book">Where that is kept.</param>
/// <param name="accounts">Who exists.</param>
/// <param name="conversations">They know who may write.</param>
/// <param name="notices">The way to the sessions that are told.</param>
/// <param name="hubs">The way to the hubs of presence.</param>
/// <param name="maxFrameBytes">The largest answer.</param>
sealed class ContactRequests(ContactBook book, Accounts accounts, Lazy<IActorRef> conversations, Lazy<NoticeBoard> notices, Lazy<PresenceRoad> hubs, int maxFrameBytes)
{
    public async Task<Reply> ListAsync(ListContactsRequest request, int userId) =>
        Reply.Ok((await book.ListAsync(userId, request.Since, request.Limit, request.OnlyBlocked)).ToBytes(request.Ref, maxFrameBytes));

    /// <summary>Who blocks is answered when the conversation knows it: what the other one sends afterwards is refused.</summary>
    /// <exception cref="AskTimeoutException">It is stored, and the conversation has not answered: to be repeated, which does no harm.</exception>
    public async Task<Reply> ChangeAsync(ChangeContactRequest request, Asker asker, TimeSpan patience)
    {
        var (userId, other) = (asker.UserId, request.OtherId);
        if (other == userId)
            return Reply.Fail(ErrorCode.Malformed, "\"id\" is your own: another user's is expected");
        if (!(await accounts.ExistingAsync([other])).Contains(other))
            return Reply.Fail(ErrorCode.NotFound, $"there is no user {other}");
        var outcome = await book.ChangeAsync(userId, request);
        if (outcome.Verdict.Error != ErrorCode.None)
            return Reply.Fail(outcome.Verdict.Error, outcome.Verdict.Reason);
        if (outcome.IsChanged)
            notices.Value.TellUser(userId, new ContactChangedPush(outcome.Verdict.Mine.Of(other), outcome.Rev).ToBytes(), asker.SessionId);
        if (outcome.Theirs is { } theirs)
            notices.Value.TellUser(other, theirs.ToBytes());
        // A block also if nothing has changed: the request before may have failed between the two.
        if (outcome.IsVisibilityChanged || request.Action is ContactAction.Block or ContactAction.Unblock)
            hubs.Value.TellAll(new VisibilityChanged(userId, other));
        if (request.Action is ContactAction.Block or ContactAction.Unblock)
            await conversations.Value.Ask<MembersKnown>(new ReloadMembers(ConversationId.Direct(userId, other)), patience);
        return Reply.Ok(ModernFrames.Success(request.Ref, writer => writer.WriteNumber("rev", outcome.Rev)));
    }
}
