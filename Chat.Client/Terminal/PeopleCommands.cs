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
    public async Task<Outcome?> RunAsync(CommandCall call, CancellationToken cancellationToken) => call.Name switch
    {
        "search" => await SearchAsync(call[0]!, cancellationToken),
        "find" => await FindAsync(call[0]!, cancellationToken),
        "block" => await ChangeAsync(call[0]!, ContactAction.Block, "cannot write to you any more", cancellationToken),
        "unblock" => await ChangeAsync(call[0]!, ContactAction.Unblock, "can write to you again", cancellationToken),
        _ => null,
    };

    async Task<Outcome> SearchAsync(string text, CancellationToken cancellationToken) =>
        new MessagesFound(await client.SearchAsync(text, cancellationToken: cancellationToken));

    async Task<Outcome> FindAsync(string prefix, CancellationToken cancellationToken)
    {
        var found = await client.SearchUsersAsync(prefix, cancellationToken);
        foreach (var user in found)
            contacts.LearnUser(user.Id, user.Name);
        return new CommandDone(found.Count > 0 ? string.Join(", ", found.Select(user => $"{user.Name} (id {user.Id})")) : $"nobody's name begins with \"{prefix}\"");
    }

    async Task<Outcome> ChangeAsync(string who, ContactAction action, string text, CancellationToken cancellationToken)
    {
        var user = await findUser(who, cancellationToken);
        await client.ChangeContactAsync(user, action, cancellationToken: cancellationToken);
        return new CommandDone($"{contacts.NameOf(user)} {text}");
    }
}
