using System.Text.Json;
using Chat.Protocol;
using ChatActors.Client.Connections;
using ChatActors.Client.Messages;
using ChatActors.Client.Watching;

namespace ChatActors.Client;

/// <summary>
/// The user's conversations as a list shows them, and how far others are: <see cref="ChatClient.Conversations"/>. Needs a server with a history; others
/// refuse it (<see cref="ErrorCode.UnknownRequest"/>).
/// </summary>
public sealed class ChatConversations
{
    readonly Requester _requester;
    readonly Watcher _watcher;

    internal ChatConversations(Requester requester, Watcher watcher) => (_requester, _watcher) = (requester, watcher);

    /// <summary>
    /// A page of the list: pinned ones first, then by their last message. The next page is <paramref name="after"/> the last conversation of this one.
    /// </summary>
    /// <param name="after">The last conversation of the page before; null: from the start.</param>
    /// <param name="limit">How many, at most 100.</param>
    /// <param name="onlyUnread">Only those with something unread, or marked so.</param>
    /// <param name="isArchived">Those that are archived; else those that are not.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    public Task<ConversationPage> ListAsync(
        ConversationId? after = null, int limit = 50, bool onlyUnread = false, bool isArchived = false, CancellationToken cancellationToken = default) =>
        _requester.RequestAsync(new ListConversationsRequest(after, limit, onlyUnread, isArchived), ReadPage, cancellationToken);

    /// <summary>How far the other one of two users is, as far as it is known. <see cref="ReceiptReceived"/> tells when it changes.</summary>
    public PeerMarks GetPeer(ConversationId conversation) => _watcher.Peers.Of(conversation);

    /// <summary>Who has received and read a message, its sender left out: a page, with ids above <paramref name="after"/>.</summary>
    /// <exception cref="ChatException"><see cref="ErrorCode.NotYours"/>: there is no such message, or the user takes no part in the conversation.</exception>
    public Task<ReceiptsReply> GetReceiptsAsync(
        ConversationId conversation, long seq, int after = 0, int limit = 100, CancellationToken cancellationToken = default) =>
        _requester.RequestAsync(new GetReceiptsRequest(conversation, seq, after, limit), ReceiptsReply.Of, cancellationToken);

    /// <summary>Puts it into the list of those that are archived, or back. Others see nothing of this and the following.</summary>
    public Task ArchiveAsync(ConversationId conversation, bool isArchived = true, CancellationToken cancellationToken = default) =>
        ChangeAsync(new(conversation) { Archive = isArchived }, cancellationToken);

    /// <summary>Shows it as unread until the user reads in it, or writes.</summary>
    public Task MarkUnreadAsync(ConversationId conversation, CancellationToken cancellationToken = default) =>
        ChangeAsync(new(conversation) { MarkUnread = true }, cancellationToken);

    /// <summary>Messages up to a number are not shown to this user any more, on no device.</summary>
    public Task ClearAsync(ConversationId conversation, long seq, CancellationToken cancellationToken = default) =>
        ChangeAsync(new(conversation) { ClearTo = seq }, cancellationToken);

    /// <summary>Keeps what is being written for the user's other devices; an empty text removes it.</summary>
    public Task SaveDraftAsync(ConversationId conversation, string text, CancellationToken cancellationToken = default) =>
        ChangeAsync(new(conversation) { Draft = text }, cancellationToken);

    Task<bool> ChangeAsync(ChangeConversationRequest request, CancellationToken cancellationToken) =>
        _requester.RequestAsync(request, _ => true, cancellationToken);

    ConversationPage ReadPage(JsonElement reply)
    {
        var userId = _requester.RequireLogin();
        var page = ConversationsReply.Of(reply, userId);
        _watcher.OnListed(page);
        return new([.. page.Conversations.Select(summary => new ListedConversation(summary, WireMapping.FindLast(summary, userId)))], page.Unread, page.HasMore);
    }
}
