using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Links;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.People;

/// <summary>What has become of a contact: how it stands and since which rev, or why nothing is done.</summary>
sealed record ContactChange(ErrorCode Error, string Reason, UserContact? Contact = null, long Rev = 0);

/// <summary>What users do about other users, for clients and for the product's own servers.</summary>
/// <param name="book">Where that is kept.</param>
/// <param name="accounts">Who exists.</param>
/// <param name="conversations">They know who may write.</param>
/// <param name="notices">The way to the sessions that are told.</param>
/// <param name="hubs">The way to the hubs of presence.</param>
sealed class ContactChanges(ContactBook book, Accounts accounts, Lazy<IActorRef> conversations, Lazy<NoticeBoard> notices, Lazy<PresenceRoad> hubs)
{
    /// <summary>A friend of the documented protocol is a contact: who shows its presence to contacts shows it to this one from now on.</summary>
    public void OnFriendAdded(int userId, int friendId) => hubs.Value.TellAll(new VisibilityChanged(userId, friendId));

    /// <summary>Who blocks is answered when the conversation knows it: what the other one sends afterwards is refused.</summary>
    /// <param name="userId">Who does it.</param>
    /// <param name="request">What.</param>
    /// <param name="patience">For the conversation.</param>
    /// <param name="except">The session that does it, which is told by the answer; 0: none.</param>
    /// <exception cref="AskTimeoutException">It is stored, and the conversation has not answered: to be repeated, which does no harm.</exception>
    public async Task<ContactChange> ChangeAsync(int userId, ChangeContactRequest request, TimeSpan patience, long except = 0)
    {
        var other = request.OtherId;
        if (other == userId)
            return new ContactChange(ErrorCode.Malformed, "\"id\" is your own: another user's is expected");
        if (!(await accounts.ExistingAsync([other])).Contains(other))
            return new ContactChange(ErrorCode.NotFound, $"there is no user {other}");
        var outcome = await book.ChangeAsync(userId, request);
        if (outcome.Verdict.Error != ErrorCode.None)
            return new ContactChange(outcome.Verdict.Error, outcome.Verdict.Reason);
        var mine = outcome.Verdict.Mine.Of(other);
        if (outcome.IsChanged)
            notices.Value.TellUser(userId, new ContactChangedPush(mine, outcome.Rev).ToBytes(), except);
        if (outcome.Theirs is { } theirs)
            notices.Value.TellUser(other, theirs.ToBytes());
        // A block also if nothing has changed: the request before may have failed between the two.
        if (outcome.IsVisibilityChanged || request.Action is ContactAction.Block or ContactAction.Unblock)
            hubs.Value.TellAll(new VisibilityChanged(userId, other));
        if (request.Action is ContactAction.Block or ContactAction.Unblock)
            await conversations.Value.Ask<MembersKnown>(new ReloadMembers(ConversationId.Direct(userId, other)), patience);
        return new ContactChange(ErrorCode.None, "", mine, outcome.Rev);
    }
}
