using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Gateway;

/// <summary>A page of a user's conversations: which, in which order, and how much is unread in all of them. Pure.</summary>
sealed record ConversationPage(IReadOnlyList<SyncRow> Rows, long Unread, bool HasMore)
{
    /// <param name="rows">All conversations of the user.</param>
    /// <param name="settings">What is pinned comes first, in this order; then the newest message.</param>
    /// <param name="request">Which are wanted, and from where on. Behind a conversation that is not there any more the list begins anew.</param>
    /// <param name="userId">Whose they are.</param>
    public static ConversationPage Make(IReadOnlyList<SyncRow> rows, UserSettings settings, ListConversationsRequest request, int userId)
    {
        var pins = settings.Pinned.Select((id, at) => (id, at)).ToDictionary(each => each.id, each => each.at);
        var listed = rows.Where(row => row.IsArchived == request.Archived)
            .OrderBy(row => pins.GetValueOrDefault(row.Conversation, int.MaxValue)).ThenByDescending(row => StoredNumbers.OrZero(row.Ts)).ThenBy(row => row.A).ThenBy(row => row.B).ToList();
        var unread = listed.Sum(row => row.UnreadOf(userId));
        var from = request.After is { } after ? listed.FindIndex(row => row.Conversation == after) + 1 : 0;
        var wanted = listed.Skip(from).Where(row => !request.OnlyUnread || row.IsMarkedUnread || row.UnreadOf(userId) > 0).Take(request.Limit + 1).ToList();
        return new ConversationPage([.. wanted.Take(request.Limit)], unread, wanted.Count > request.Limit);
    }
}
