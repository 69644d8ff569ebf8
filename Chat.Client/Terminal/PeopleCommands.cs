using Chat.Protocol;
using ChatActors.Client;

namespace Chat.Client.Terminal;

/// <summary>The commands that find people and messages, and that say who may write to the user.</summary>
/// <param name="client">Carries them out.</param>
/// <param name="contacts">Who and what is known by name.</param>
/// <param name="findUser">The id of whoever a word of the command means.</param>
sealed class PeopleCommands(ChatClient client, Contacts contacts, Func<string, CancellationToken, Task<int>> findUser)
{
    /// <summary>Null: it is no command of this kind.</summary>
    public async Task<CommandOutcome?> RunAsync(CommandCall call, CancellationToken cancellationToken) => call.Name switch
    {
        "search" => await SearchAsync(call[0]!, cancellationToken),
        "find" => await FindAsync(call[0]!, cancellationToken),
        "contacts" => await ListAsync(cancellationToken),
        "ask" => await ChangeAsync(call[0]!, ContactAction.Request, "is asked", cancellationToken, note: call[1]),
        "accept" => await ChangeAsync(call[0]!, ContactAction.Accept, "is a contact", cancellationToken),
        "decline" => await ChangeAsync(call[0]!, ContactAction.Decline, "is no contact", cancellationToken),
        "unfriend" => await ChangeAsync(call[0]!, ContactAction.Remove, "is no contact any more", cancellationToken),
        "alias" => await ChangeAsync(
            call[0]!, ContactAction.Add, call[1] is { } alias ? $"is called {alias} by you" : "is called as before", cancellationToken, alias: call[1] ?? ""),
        "profile" when call[0] is { } part => await ChangeProfileAsync(part, call[1] ?? "", cancellationToken),
        "profile" => await ShowProfileAsync(cancellationToken),
        "block" => await ChangeAsync(call[0]!, ContactAction.Block, "cannot write to you any more", cancellationToken),
        "unblock" => await ChangeAsync(call[0]!, ContactAction.Unblock, "can write to you again", cancellationToken),
        _ => null,
    };

    async Task<CommandOutcome> SearchAsync(string text, CancellationToken cancellationToken) =>
        new MessagesFound(await client.SearchAsync(text, cancellationToken: cancellationToken));

    async Task<CommandOutcome> FindAsync(string prefix, CancellationToken cancellationToken)
    {
        var found = await client.SearchUsersAsync(prefix, cancellationToken);
        foreach (var user in found)
            contacts.LearnUser(user.Id, user.Name);
        return new CommandDone(found.Count > 0 ? string.Join(", ", found.Select(user => $"{user.Name} (id {user.Id})")) : $"nobody's name begins with \"{prefix}\"");
    }

    async Task<CommandOutcome> ListAsync(CancellationToken cancellationToken)
    {
        var all = await client.ListContactsAsync(cancellationToken);
        foreach (var user in await client.GetUsersAsync(all.Select(contact => contact.Id).Where(id => !contacts.Knows(id)), cancellationToken))
            contacts.LearnUser(user.Id, user.Name);
        return new RelationsListed([.. all.Select(contact => (contact, contacts.NameOf(contact.Id)))]);
    }

    async Task<CommandOutcome> ChangeAsync(
        string who, ContactAction action, string text, CancellationToken cancellationToken, string? alias = null, string? note = null)
    {
        var user = await findUser(who, cancellationToken);
        await client.ChangeContactAsync(user, action, alias, note, cancellationToken);
        return new CommandDone($"{contacts.NameOf(user)} {text}");
    }

    async Task<CommandOutcome> ChangeProfileAsync(string part, string text, CancellationToken cancellationToken)
    {
        await (part switch
        {
            "display" => client.ChangeProfileAsync(display: text, cancellationToken: cancellationToken),
            "about" => client.ChangeProfileAsync(about: text, cancellationToken: cancellationToken),
            "avatar" => client.ChangeProfileAsync(avatar: text, cancellationToken: cancellationToken),
            _ => throw new CommandException($"/profile takes display, about or avatar, not \"{part}\""),
        });
        return await ShowProfileAsync(cancellationToken);
    }

    async Task<CommandOutcome> ShowProfileAsync(CancellationToken cancellationToken)
    {
        var ownId = client.UserId ?? throw new ChatException(ErrorCode.NotLoggedIn, "log in first: /login NAME-OR-ID PASSWORD");
        return new ProfileShown((await client.GetUsersAsync([ownId], cancellationToken)) is [var own, ..] ? own : new UserProfile(ownId, contacts.NameOf(ownId)));
    }
}
