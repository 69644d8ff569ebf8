using Chat.Protocol;

namespace Chat.Client.Terminal;

/// <summary>What has become of the user in a group, in words. Pure.</summary>
static class GroupText
{
    /// <summary>Null: nothing that people have to know.</summary>
    /// <param name="change">What.</param>
    /// <param name="group">How the group is called.</param>
    /// <param name="nameOf">How users are called.</param>
    public static string? Of(GroupChangedPush change, string group, Func<int, string> nameOf)
    {
        var by = change.By > 0 ? $" (by {nameOf(change.By)})" : "";
        return change.Change switch
        {
            GroupChangedPush.Added => $"you are a member of {group} now{by}",
            GroupChangedPush.Removed => $"you are no member of {group} any more{by}",
            GroupChangedPush.Banned => $"you are no member of {group} any more, and are not let in again{by}",
            GroupChangedPush.Declined => $"you are not let into {group}{by}",
            GroupChangedPush.OtherRole => $"in {group} you are {(change.Role == GroupRole.Normal ? "an ordinary member" : $"the {change.Role}")} now{by}",
            GroupChangedPush.Muted => change.MutedUntil > 0
                ? $"in {group} you may not send until {Time(change.MutedUntil)}{by}"
                : $"in {group} you may send again{by}",
            GroupChangedPush.Asked => $"{nameOf(change.UserId)} wants to be let into {group}",
            GroupChangedPush.Other => $"{group} was changed{by}: /about shows it",
            GroupChangedPush.Deleted => $"{group} is no more{by}",
            _ => null,
        };
    }

    static string Time(long milliseconds) => $"{DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).ToLocalTime():yyyy-MM-dd HH:mm}";
}
