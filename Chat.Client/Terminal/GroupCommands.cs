using Chat.Protocol;
using ChatActors.Client;

namespace Chat.Client.Terminal;

/// <summary>The commands about groups and their members.</summary>
/// <param name="client">Carries them out.</param>
/// <param name="contacts">Who and what is known by name.</param>
/// <param name="findUser">The id of whoever a word of the command means.</param>
sealed class GroupCommands(ChatClient client, Contacts contacts, Func<string, CancellationToken, Task<int>> findUser)
{
    /// <summary>Null: it is no command of this kind.</summary>
    public async Task<Outcome?> RunAsync(CommandCall call, CancellationToken cancellationToken) => call.Name switch
    {
        "about" => await ShowAsync(GroupOf(call), cancellationToken),
        "leave" => await DoAsync(client.LeaveGroupAsync(GroupOf(call), cancellationToken), "you are no member any more"),
        "add" => await ChangeAsync(call, (group, user) => new(group) { Add = [user] }, "is a member", cancellationToken),
        "remove" => await ChangeAsync(call, (group, user) => new(group) { Remove = [user] }, "is no member any more", cancellationToken),
        "ban" => await ChangeAsync(call, (group, user) => new(group) { Ban = [user] }, "is not let in any more", cancellationToken),
        "unban" => await ChangeAsync(call, (group, user) => new(group) { Unban = [user] }, "may come in again", cancellationToken),
        "admin" => await ChangeAsync(
            call, (group, user) => new(group) { Role = new RoleChange(user, IsOff(call[2]) ? GroupRole.Normal : GroupRole.Admin) }, IsOff(call[2]) ? "is no admin any more" : "is an admin", cancellationToken),
        _ => null,
    };

    async Task<Outcome> ShowAsync(int groupId, CancellationToken cancellationToken)
    {
        var group = await client.GetGroupAsync(groupId, cancellationToken);
        var role = group.Role is { } own ? $"you are {(own == GroupRole.Creator ? "its creator" : own == GroupRole.Admin ? "an admin" : "a member")}" : "you are no member";
        return new CommandDone(
            $"group {group.GroupId}, {group.Name}{(group.Description.Length > 0 ? $": {group.Description}" : "")}; members: {group.Members}, {role}; "
            + $"coming in: {group.Joining.ToString().ToLowerInvariant()}, sending: {group.Sending.ToString().ToLowerInvariant()}");
    }

    async Task<Outcome> ChangeAsync(CommandCall call, Func<int, int, ChangeMembersRequest> change, string text, CancellationToken cancellationToken)
    {
        var (group, user) = (GroupOf(call), await findUser(call[1]!, cancellationToken));
        return await DoAsync(client.ChangeMembersAsync(change(group, user), cancellationToken), $"{contacts.NameOf(user)} {text}");
    }

    static async Task<Outcome> DoAsync(Task done, string text)
    {
        await done;
        return new CommandDone(text);
    }

    int GroupOf(CommandCall call) => contacts.FindGroup(call[0]!)
        ?? throw new CommandException($"no group called \"{call[0]}\" is known here: your own groups go by name, others by id (/groups shows it)");

    static bool IsOff(string? word) => word switch
    {
        null => false,
        "off" => true,
        _ => throw new CommandException($"\"off\" or nothing is expected, not \"{word}\""),
    };
}
