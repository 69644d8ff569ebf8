using System.Globalization;
using Chat.Protocol;

namespace Chat.Node.Storage;

/// <summary>System messages in words, for clients that know no better. Pure.</summary>
static class SystemText
{
    /// <summary>So many users are named.</summary>
    const int MaxNames = 10;

    /// <summary>Whose names are in the text.</summary>
    public static IEnumerable<int> Named(SystemMessage message) => message.UserIds.Take(MaxNames).Concat(message.By > 0 ? [message.By] : []);

    /// <param name="message">What has happened.</param>
    /// <param name="names">As they are now; who has none any more is called by number.</param>
    public static string Of(SystemMessage message, IReadOnlyDictionary<int, string> names)
    {
        var users = Users();
        return message.Change switch
        {
            SystemMessage.Joined => $"{users} joined",
            SystemMessage.Added => Done("added", users, $"{users} joined"),
            SystemMessage.Left => $"{users} left",
            SystemMessage.Removed => Done("removed", users, Was("removed")),
            SystemMessage.Banned => Done("banned", users, Was("banned")),
            SystemMessage.OtherRole => $"{users} is {RoleOf(message.Role)} now",
            SystemMessage.Muted when message.MutedUntil == 0 => Done("unmuted", users, Was("unmuted")),
            SystemMessage.Muted => Done("muted", users, Was("muted")),
            _ => Done("changed", WhatOf(message.Group), message.Group is { Name: { } name } ? $"the name of the group changed to {name}" : $"{WhatOf(message.Group)} changed"),
        };

        string Done(string verb, string whom, string alone) => message.By > 0 ? $"{NameOf(message.By)} {verb} {whom}" : alone;

        string Was(string verb) => $"{users} {(message.UserIds.Count == 1 ? "was" : "were")} {verb}";

        string NameOf(int userId) => names.GetValueOrDefault(userId) ?? string.Create(CultureInfo.InvariantCulture, $"user {userId}");

        string Users()
        {
            var named = message.UserIds.Take(MaxNames).Select(NameOf).ToList();
            var rest = message.UserIds.Count - named.Count;
            if (rest > 0)
                named.Add(string.Create(CultureInfo.InvariantCulture, $"{rest} more"));
            return named.Count < 2 ? string.Concat(named) : $"{string.Join(", ", named[..^1])} and {named[^1]}";
        }
    }

    static string RoleOf(string? role) => role switch
    {
        GroupRole.Creator => "the creator",
        GroupRole.Admin => "an admin",
        _ => "an ordinary member",
    };

    static string WhatOf(ChangeGroupRequest? group) => group switch
    {
        { Name: { } name } => $"the name of the group to {name}",
        { Description: not null } => "the description of the group",
        { Avatar: not null } => "the picture of the group",
        _ => "the rules of the group",
    };
}
