using Chat.Protocol;

namespace ChatActors.Client;

/// <summary>Other users, as a <see cref="ChatClient"/> finds them. Older servers refuse all of it with <see cref="ErrorCode.UnknownRequest"/>.</summary>
public static class ChatClientPeople
{
    /// <summary>The user of a name, in whatever case it is written; null: there is none.</summary>
    public static async Task<UserProfile?> FindUserAsync(this ChatClient client, string name, CancellationToken cancellationToken = default) =>
        (await client.RequestAsync(new GetUsersRequest { Name = name }, UsersReply.Of, cancellationToken)).Users is [var found, ..] ? found : null;

    /// <summary>
    /// Some users whose names begin so, in the order of their names.
    /// </summary>
    /// <exception cref="ChatException"><see cref="ErrorCode.Off"/>: the server finds users by their whole name only.</exception>
    public static async Task<IReadOnlyList<UserProfile>> SearchUsersAsync(this ChatClient client, string prefix, CancellationToken cancellationToken = default) =>
        (await client.RequestAsync(new GetUsersRequest { Prefix = prefix }, UsersReply.Of, cancellationToken)).Users;

    /// <summary>Users by their ids, in any number, ascending. Who does not exist is left out.</summary>
    public static async Task<IReadOnlyList<UserProfile>> GetUsersAsync(this ChatClient client, IEnumerable<int> ids, CancellationToken cancellationToken = default)
    {
        var left = new Queue<int>(ids.Distinct().Order());
        var users = new List<UserProfile>(left.Count);
        while (left.Count > 0)
        {
            var some = left.Take(GetUsersRequest.MaxIds).ToList();
            var reply = await client.RequestAsync(new GetUsersRequest { Ids = some }, UsersReply.Of, cancellationToken);
            users.AddRange(reply.Users);
            // What did not fit into the frame comes with the next one.
            var upTo = reply is { HasMore: true, Users: [.., var last] } ? last.Id : some[^1];
            while (left.TryPeek(out var next) && next <= upTo)
                left.Dequeue();
        }

        return users;
    }

    /// <summary>Changes how the user is shown. What is null stays, an empty text removes.</summary>
    /// <param name="client">The client.</param>
    /// <param name="display">What the user wants to be called; the rules are those of names.</param>
    /// <param name="avatar">Where the user's picture is: <c>https://</c> or <c>http://</c>, at most 1024 bytes.</param>
    /// <param name="about">What the user says about itself, at most 500 characters.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    public static Task ChangeProfileAsync(
        this ChatClient client, string? display = null, string? avatar = null, string? about = null, CancellationToken cancellationToken = default) =>
        client.RequestAsync(new ChangeProfileRequest(display, avatar, about), _ => true, cancellationToken);

    /// <summary>
    /// Does something about another user. What is so already is a success.
    /// </summary>
    /// <param name="client">The client.</param>
    /// <param name="userId">Whom it is about.</param>
    /// <param name="action">What is done.</param>
    /// <param name="alias">What the user calls the other one; null: as before, empty: nothing of its own.</param>
    /// <param name="note">Words that go with a request.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    /// <exception cref="ChatException"><see cref="ErrorCode.Blocked"/>: the other user takes no requests from this one. <see cref="ErrorCode.NotFound"/>.</exception>
    public static Task ChangeContactAsync(
        this ChatClient client, int userId, ContactAction action, string? alias = null, string? note = null, CancellationToken cancellationToken = default) =>
        client.RequestAsync(new ChangeContactRequest(userId, action) { Alias = alias, Note = note }, _ => true, cancellationToken);

    /// <summary>Everybody who is something to the user: contacts, who asks and was asked, and who is blocked.</summary>
    public static async Task<IReadOnlyList<UserContact>> ListContactsAsync(this ChatClient client, CancellationToken cancellationToken = default) =>
        [.. (await client.GetContactChangesAsync(cancellationToken: cancellationToken)).Contacts.Where(contact => contact.State != ContactState.None || contact.IsBlocked)];

    /// <summary>Who has become something else to the user since an earlier answer, or an event, each as it is now.</summary>
    /// <param name="client">The client.</param>
    /// <param name="since">The rev of that; 0: everybody.</param>
    /// <param name="onlyBlocked">Only who may not write to the user.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    public static async Task<ChangedContacts> GetContactChangesAsync(
        this ChatClient client, long since = 0, bool onlyBlocked = false, CancellationToken cancellationToken = default)
    {
        var contacts = new Dictionary<int, UserContact>();
        while (true)
        {
            var reply = await client.RequestAsync(new ListContactsRequest(since, 500, onlyBlocked), ContactsReply.Of, cancellationToken);
            foreach (var (contact, _) in reply.Contacts)
                contacts[contact.Id] = contact;
            if (!reply.HasMore || reply.Rev <= since)
                return new([.. contacts.Values], reply.Rev);
            since = reply.Rev;
        }
    }
}
