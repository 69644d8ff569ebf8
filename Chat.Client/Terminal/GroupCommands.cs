using Chat.Protocol;
using ChatActors.Client;

namespace Chat.Client.Terminal;

/// <summary>The commands about groups and their members.</summary>
/// <param name="client">Carries them out.</param>
/// <param name="contacts">Who and what is known by name.</param>
/// <param name="findUser">The id of whoever a word of the command means.</param>
/// <param name="time">What time it is.</param>
sealed class GroupCommands(ChatClient client, Contacts contacts, Func<string, CancellationToken, Task<int>> findUser, TimeProvider time)
{
    const int MaxRequests = 500;

    /// <summary>Null: it is no command of this kind.</summary>
    public async Task<CommandOutcome?> RunAsync(CommandCall call, CancellationToken cancellationToken) => call.Name switch
    {
        "about" => await ShowAsync(GroupOf(call), cancellationToken),
        "leave" => await DoAsync(client.LeaveGroupAsync(GroupOf(call), cancellationToken), "you are no member any more"),
        "add" => await ChangeAsync(call, (group, user) => new(group) { Add = [user] }, "is a member", cancellationToken),
        "remove" => await ChangeAsync(call, (group, user) => new(group) { Remove = [user] }, "is no member any more", cancellationToken),
        "ban" => await ChangeAsync(call, (group, user) => new(group) { Ban = [user] }, "is not let in any more", cancellationToken),
        "unban" => await ChangeAsync(call, (group, user) => new(group) { Unban = [user] }, "may come in again", cancellationToken),
        "admin" => await ChangeAsync(
            call, (group, user) => new(group) { Role = new RoleChange(user, IsOff(call[2]) ? GroupRole.Normal : GroupRole.Admin) }, IsOff(call[2]) ? "is no admin any more" : "is an admin", cancellationToken),
        "silence" => await SilenceAsync(call, cancellationToken),
        "requests" => await ListRequestsAsync(GroupOf(call), cancellationToken),
        "admit" => await DecideAsync(call, isAccepted: true, cancellationToken),
        "reject" => await DecideAsync(call, isAccepted: false, cancellationToken),
        "rename" => await RenameAsync(GroupOf(call), call[1]!, cancellationToken),
        "joining" => await DoAsync(
            client.ChangeGroupAsync(new(GroupOf(call)) { Joining = WordOf<GroupJoining>(call) }, cancellationToken), $"coming in: {call[1]}"),
        "sending" => await DoAsync(
            client.ChangeGroupAsync(new(GroupOf(call)) { Sending = WordOf<GroupSending>(call) }, cancellationToken), $"sending: {call[1]}"),
        "describe" => await DoAsync(
            client.ChangeGroupAsync(new(GroupOf(call)) { Description = call[1] ?? "" }, cancellationToken), call[1] is null ? "the group says nothing about itself any more" : $"about it: {call[1]}"),
        "picture" => await DoAsync(
            client.ChangeGroupAsync(new(GroupOf(call)) { Avatar = call[1] ?? "" }, cancellationToken), call[1] is null ? "the group has no picture any more" : "the group has another picture"),
        "past" => await DoAsync(
            client.ChangeGroupAsync(new(GroupOf(call)) { History = WordOf<GroupHistory>(call) }, cancellationToken), PastOf(WordOf<GroupHistory>(call))),
        "keep" => await KeepAsync(GroupOf(call), call[1] == "off" ? 0 : CommandRunner.Number(call[1]!, "DAYS"), cancellationToken),
        "transfer" => await ChangeAsync(call, (group, user) => new(group) { Owner = user }, "is the creator now", cancellationToken),
        "disband" when call[1] == "yes" => await DoAsync(client.DeleteGroupAsync(GroupOf(call), cancellationToken), "there is no such group any more"),
        "disband" => throw new CommandException($"it cannot be undone: /disband {call[0]} yes"),
        _ => null,
    };

    async Task<CommandOutcome> SilenceAsync(CommandCall call, CancellationToken cancellationToken)
    {
        var (group, user) = (GroupOf(call), await findUser(call[1]!, cancellationToken));
        var (until, text) = call[2] switch
        {
            "off" => (0L, "may send again"),
            null => (MuteChange.Forever, "may send nothing any more"),
            var minutes => (time.GetUtcNow().AddMinutes(CommandRunner.Number(minutes, "MINUTES")).ToUnixTimeMilliseconds(), $"may send nothing for {minutes} minutes"),
        };
        return await DoAsync(
            client.ChangeMembersAsync(new(group) { Mute = new MuteChange(user, until) }, cancellationToken), $"{contacts.NameOf(user)} {text}");
    }

    async Task<CommandOutcome> ListRequestsAsync(int groupId, CancellationToken cancellationToken)
    {
        var requests = (await client.ListJoinRequestsAsync(groupId, limit: MaxRequests, cancellationToken: cancellationToken)).Entries;
        foreach (var request in requests)
            contacts.LearnUser(request.Id, request.Name);
        return new JoinRequestsListed(groupId, requests);
    }

    async Task<CommandOutcome> DecideAsync(CommandCall call, bool isAccepted, CancellationToken cancellationToken)
    {
        var (group, user) = (GroupOf(call), await findUser(call[1]!, cancellationToken));
        return await DoAsync(
            client.DecideJoinRequestsAsync(group, isAccepted ? [user] : [], isAccepted ? [] : [user], cancellationToken),
            $"{contacts.NameOf(user)} {(isAccepted ? "is a member" : "is not let in")}");
    }

    async Task<CommandOutcome> RenameAsync(int groupId, string name, CancellationToken cancellationToken)
    {
        await client.ChangeGroupAsync(new(groupId) { Name = name }, cancellationToken);
        contacts.LearnGroup(groupId, name);
        return new CommandDone($"group {groupId} is called {name}");
    }

    async Task<CommandOutcome> KeepAsync(int groupId, int days, CancellationToken cancellationToken)
    {
        await client.ChangeGroupAsync(new(groupId) { KeepDays = days }, cancellationToken);
        return new CommandDone(KeptOf(days));
    }

    static string PastOf(GroupHistory history) => history == GroupHistory.Joined ? "new members see what is said since they came" : "new members see all that was said";

    static string KeptOf(int days) => days > 0 ? $"messages are gone after {days} days" : "the group keeps its messages as long as the server does";

    static T WordOf<T>(CommandCall call)
        where T : struct, Enum => Enum.TryParse<T>(call[1], ignoreCase: true, out var word) && !char.IsAsciiDigit(call[1]![0])
            ? word
            : throw new CommandException($"/{call.Name} takes {string.Join(", ", Enum.GetNames<T>()).ToLowerInvariant()}, not \"{call[1]}\"");

    async Task<CommandOutcome> ShowAsync(int groupId, CancellationToken cancellationToken)
    {
        var group = await client.GetGroupAsync(groupId, cancellationToken);
        var role = group.Role is { } own ? $"you are {(own == GroupRole.Creator ? "its creator" : own == GroupRole.Admin ? "an admin" : "a member")}" : "you are no member";
        return new CommandDone(
            $"group {group.GroupId}, {group.Name}{(group.Description.Length > 0 ? $": {group.Description}" : "")}; members: {group.Members}, {role}; "
            + $"coming in: {group.Joining.ToString().ToLowerInvariant()}, sending: {group.Sending.ToString().ToLowerInvariant()}; {PastOf(group.History)}"
            + (group.KeepDays > 0 ? $"; {KeptOf(group.KeepDays)}" : "")
            + (group.Avatar.Length > 0 ? $"; picture: {group.Avatar}" : "")
            + (group.MutedUntil > time.GetUtcNow().ToUnixTimeMilliseconds() ? "; you may send nothing now" : ""));
    }

    async Task<CommandOutcome> ChangeAsync(CommandCall call, Func<int, int, ChangeMembersRequest> change, string text, CancellationToken cancellationToken)
    {
        var (group, user) = (GroupOf(call), await findUser(call[1]!, cancellationToken));
        return await DoAsync(client.ChangeMembersAsync(change(group, user), cancellationToken), $"{contacts.NameOf(user)} {text}");
    }

    static async Task<CommandOutcome> DoAsync(Task done, string text)
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
