using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;

namespace Chat.Ctl.Commands;

/// <summary>Commands about users and groups.</summary>
static class UserCommands
{
    const string NamePrefix = "name:";

    const string Letters = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    const int MadeLength = 20;

    /// <summary>The longest page that a node gives.</summary>
    const int PageLength = 1000;

    public static IEnumerable<Command> All(MakeCommand make, TextReader input, TextWriter output)
    {
        var user = new Argument<string>("user") { Description = $"The id of the user, or the name; {NamePrefix}17 for a name that is a number" };
        var users = new Command("users", "Users: find one, shut one out, end sessions, export and erase one")
        {
            make("find", "A user", [user], async (parsed, api, cancelled) => Shown(await FindAsync(api, parsed.GetValue(user)!, cancelled))),
            make("disable", "Shuts a user out: sessions end, no login is taken", [user], (parsed, api, cancelled) => PatchAsync(api, parsed.GetValue(user)!, new { disabled = true }, cancelled)),
            make("enable", "Lets a user in again", [user], (parsed, api, cancelled) => PatchAsync(api, parsed.GetValue(user)!, new { disabled = false }, cancelled)),
            ResetPassword(make, user, input),
            make("sessions", "Which node has the sessions of a user, and those at the node that is asked", [user], async (parsed, api, cancelled) =>
            {
                var found = await api.GetAsync($"users/{await IdAsync(api, parsed.GetValue(user)!, cancelled)}/sessions", cancelled);
                var node = found.TryGetProperty("node", out var name) && name.ValueKind == JsonValueKind.String ? $"sessions at {name.GetString()}" : "no sessions";
                return Answer.Of(found, $"{node}{Environment.NewLine}{TextTable.Of(found.GetProperty("here").EnumerateArray(), "id", "transport", "profile", "address", "idleSeconds")}");
            }),
            make("kick", "Ends all sessions of a user, and the tokens that they came with", [user], async (parsed, api, cancelled) =>
            {
                var id = await IdAsync(api, parsed.GetValue(user)!, cancelled);
                return Answer.Of(await api.AskAsync(HttpMethod.Delete, $"users/{id}/sessions", null, cancelled), $"user {id} is logged out everywhere");
            }),
        };
        foreach (var command in ErasureCommands.All(make, user, IdAsync, output))
            users.Add(command);
        yield return users;
        var group = new Argument<int>("group") { Description = "The id of the group" };
        yield return new Command("groups", "Groups: what one is, and who is in it")
        {
            make("show", "A group", [group], async (parsed, api, cancelled) => Shown(await api.GetAsync($"groups/{parsed.GetValue(group)}", cancelled))),
            MembersOf(make, group),
        };
    }

    static Command ResetPassword(MakeCommand make, Argument<string> user, TextReader input)
    {
        var fromInput = new Option<bool>("--password-stdin") { Description = "Read the new password from standard input; without it one is made and shown this once" };
        return make("reset-password", "Gives a user another password", [user, fromInput], async (parsed, api, cancelled) =>
        {
            var isRead = parsed.GetValue(fromInput);
            var password = isRead ? await input.ReadLineAsync(cancelled) : RandomNumberGenerator.GetString(Letters, MadeLength);
            if (string.IsNullOrEmpty(password))
                throw new CtlException(ExitCode.WrongUsage, "standard input has no password: one line is expected");
            var id = await IdAsync(api, parsed.GetValue(user)!, cancelled);
            var changed = await api.AskAsync(HttpMethod.Patch, $"users/{id}", new { password }, cancelled);
            return isRead
                ? Answer.Of(changed, $"user {id} has another password; \"users kick\" ends the sessions that are open")
                : Answer.Of(JsonSerializer.SerializeToElement(new { id, password }), $"user {id} has the password {password}; \"users kick\" ends the sessions that are open");
        });
    }

    static Answer Shown(JsonElement item) => Answer.Of(item, TextTable.Of(item));

    static async Task<Answer> PatchAsync(NodeApi api, string user, object change, CancellationToken cancelled) =>
        Shown(await api.AskAsync(HttpMethod.Patch, $"users/{await IdAsync(api, user, cancelled)}", change, cancelled));

    static Task<JsonElement> FindAsync(NodeApi api, string user, CancellationToken cancelled)
    {
        if (int.TryParse(user, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            return api.GetAsync($"users/{id}", cancelled);
        var name = user.StartsWith(NamePrefix, StringComparison.Ordinal) ? user[NamePrefix.Length..] : user;
        return api.GetAsync($"users?name={Uri.EscapeDataString(name)}", cancelled);
    }

    static async Task<int> IdAsync(NodeApi api, string user, CancellationToken cancelled)
    {
        try
        {
            return (await FindAsync(api, user, cancelled)).GetProperty("id").GetInt32();
        }
        catch (CtlException e) when (e.ExitCode == ExitCode.NotFound)
        {
            throw new CtlException(ExitCode.NotFound, $"there is no user {user}", e);
        }
    }

    /// <summary>All of them, page by page; with a limit one page.</summary>
    static Command MembersOf(MakeCommand make, Argument<int> group)
    {
        var after = new Option<int>("--after") { Description = "Only members with ids above this" };
        var limit = new Option<int?>("--limit") { Description = "At most so many, 1 to 1000; without it all are shown" };
        return make("members", "The members of a group", [group, after, limit], async (parsed, api, cancelled) =>
        {
            var (members, last, isMore) = (new List<JsonElement>(), parsed.GetValue(after), true);
            while (isMore)
            {
                var page = await api.GetAsync($"groups/{parsed.GetValue(group)}/members?after={last}&limit={parsed.GetValue(limit) ?? PageLength}", cancelled);
                members.AddRange(page.GetProperty("members").EnumerateArray());
                isMore = page.GetProperty("more").GetBoolean();
                if (members.Count > 0)
                    last = members[^1].GetProperty("id").GetInt32();
                if (parsed.GetValue(limit) is not null)
                    break;
            }

            var table = TextTable.Of(members, "id", "name", "role", "state");
            return Answer.Of(JsonSerializer.SerializeToElement(new { members, more = isMore }), isMore ? $"{table}{Environment.NewLine}there are more members: --after {last}" : table);
        });
    }
}
