using Akka.Actor;
using Chat.Node.Links;
using Chat.Node.People;
using Chat.Node.Storage;
using Chat.Node.Telemetry;
using Chat.Protocol;

namespace Chat.Node.Gateway;

/// <summary>Whom users know and block.</summary>
/// <param name="book">Where that is kept.</param>
/// <param name="accounts">Who exists.</param>
/// <param name="conversations">They know who may write.</param>
/// <param name="notices">The way to the sessions that are told.</param>
/// <param name="hubs">The way to the hubs of presence.</param>
/// <param name="maxFrameBytes">The largest answer.</param>
/// <param name="clock">The time.</param>
sealed class ContactRequests(
    ContactBook book, Accounts accounts, Lazy<IActorRef> conversations, Lazy<NoticeBoard> notices, Lazy<PresenceRoad> hubs, int maxFrameBytes, TimeProvider clock)
{
    readonly AskPace _pace = new();
    readonly ContactChanges _changes = new(book, accounts, conversations, notices, hubs);

    public async Task<Reply> ListAsync(ListContactsRequest request, int userId) =>
        Reply.Ok((await book.ListAsync(userId, request.Since, request.Limit, request.OnlyBlocked)).ToBytes(request.Ref, maxFrameBytes));

    /// <inheritdoc cref="ContactChanges.OnFriendAdded" />
    public void OnFriendAdded(int userId, int friendId) => _changes.OnFriendAdded(userId, friendId);

    /// <inheritdoc cref="ContactChanges.ChangeAsync" />
    public async Task<Reply> ChangeAsync(ChangeContactRequest request, Asker asker, TimeSpan patience)
    {
        if (request.Action == ContactAction.Request && !_pace.TryPass(asker.UserId, clock.CoarseMilliseconds()))
            return Reply.Fail(ErrorCode.TooFast, $"more than {AskPace.PerMinute} requests to be a contact in a minute: at most so many are expected");
        var change = await _changes.ChangeAsync(asker.UserId, request, patience, asker.SessionId);
        return change.Error == ErrorCode.None
            ? Reply.Ok(ModernFrames.Success(request.Ref, writer => writer.WriteNumber("rev", change.Rev)))
            : Reply.Fail(change.Error, change.Reason);
    }
}
