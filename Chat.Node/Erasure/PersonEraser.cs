using System.Text.Json;
using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.People;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Erasure;

/// <summary>What goes of a user beside messages.</summary>
/// <param name="store">Where it is.</param>
/// <param name="messages">The queues.</param>
/// <param name="book">Whom the user knows.</param>
/// <param name="contacts">Others are told, where they are asked by the user, or have asked.</param>
/// <param name="groups">The user leaves them.</param>
/// <param name="users">Their actors, which have settings.</param>
sealed class PersonEraser(ErasedPerson store, ErasedMessages messages, ContactBook book, ContactChanges contacts, Groups groups, Lazy<IActorRef> users)
{
    /// <summary>Rows of queues that are looked at together.</summary>
    public const int RowsAtOnce = 500;

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public async Task ForgetAsync(int userId, Func<ValueTask<bool>> rest)
    {
        await store.RenameAsync(userId);
        await store.ForgetAsync(userId);
        while (await store.ForgetQueueAsync(userId))
            await rest();
        while (await store.ForgetMentionsAsync(userId))
            await rest();
    }

    /// <summary>Nobody waits for an answer of the user, nor the user for somebody's. Those who have the user as a contact keep it, under its new name.</summary>
    public async Task ForgetContactsAsync(int userId, Func<ValueTask<bool>> rest)
    {
        var since = 0L;
        while (true)
        {
            var page = await book.ListAsync(userId, since, ErasedPerson.AtOnce, onlyBlocked: false);
            foreach (var (contact, _) in page.Contacts.Where(entry => entry.Contact.State is ContactState.Asked or ContactState.Asks))
            {
                var action = contact.State == ContactState.Asked ? ContactAction.Remove : ContactAction.Decline;
                await contacts.ChangeAsync(userId, new ChangeContactRequest(contact.Id, action), Patience);
                await rest();
            }

            if (!page.HasMore)
                break;
            since = page.Rev;
        }

        while (await store.ForgetContactsAsync(userId))
            await rest();
    }

    /// <summary>Whoever else looks after a group does so from now on; the last one takes the group along.</summary>
    public async Task LeaveGroupsAsync(int userId, Func<ValueTask<bool>> rest)
    {
        for (var after = 0; await store.GroupsAsync(userId, after) is { Count: > 0 } page; after = page[^1])
        {
            foreach (var groupId in page)
            {
                await LeaveAsync(userId, groupId);
                await rest();
            }
        }
    }

    async Task LeaveAsync(int userId, int groupId)
    {
        if (await groups.LeaveAsync(userId, groupId) is not { Error: ErrorCode.Forbidden })
            return;
        if (await store.HeirAsync(groupId, userId) is { } heir)
            await groups.ChangeMembersAsync(GroupRules.Product, new ChangeMembersRequest(groupId) { Owner = heir });
        if (await groups.LeaveAsync(userId, groupId) is { } refusal)
            throw new StorageException($"user {userId} could not leave group {groupId}: {refusal.Reason}");
    }

    /// <summary>Some messages without a number in the queues of others: those of legacy servers, and of a node that keeps no history.</summary>
    /// <returns>How far was looked; null: there are no more.</returns>
    public async Task<long?> ForgetQueuedAsync(int userId, long after)
    {
        var (to, rows) = await messages.QueuedAsync(after, RowsAtOnce);
        var ids = rows.Where(row => row.Message is { } message && IsFrom(message, userId)).Select(row => row.Id).ToList();
        if (ids.Count > 0)
            await messages.ForgetQueuedAsync(ids);
        return to;
    }

    /// <summary>What has come while the rest was done; and files, which messages do not hold any more.</summary>
    public async Task ForgetRestAsync(int userId, Func<ValueTask<bool>> rest)
    {
        await ForgetAsync(userId, rest);
        await LeaveGroupsAsync(userId, rest); // a legacy server may have let the user in
        while (await store.ForgetFilesAsync(userId))
            await rest();
    }

    /// <summary>Which conversations were muted and pinned. What was so before stays in the journal until its next snapshot: numbers of conversations and no more.</summary>
    public async Task ForgetSettingsAsync(int userId)
    {
        if ((await AskAsync(new GetSettings(userId))).Settings is not { } settings)
            return;
        foreach (var muted in settings.Muted)
            await AskAsync(new ChangeSettings(userId, 0, new SettingsChange { Unmute = muted }));
        foreach (var pinned in settings.Pinned)
            await AskAsync(new ChangeSettings(userId, 0, new SettingsChange { Unpin = pinned }));
    }

    async Task<SettingsAnswer> AskAsync(IUserMessage request)
    {
        var answer = await users.Value.Ask<SettingsAnswer>(request, Patience);
        return answer.Error == ErrorCode.Unavailable ? throw new StorageException(answer.Reason) : answer;
    }

    /// <summary>Whether a message is one of a user. Pure.</summary>
    internal static bool IsFrom(string message, int userId)
    {
        try
        {
            using var json = JsonDocument.Parse(message);
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("id", out var id)
                && id.ValueKind == JsonValueKind.Number && id.TryGetInt32(out var sender) && sender == userId;
        }
        catch (JsonException)
        {
            return false; // nobody can be given it, and it goes into quarantine
        }
    }
}
