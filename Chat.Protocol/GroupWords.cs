namespace Chat.Protocol;

/// <summary>Who becomes a member of a group.</summary>
public enum GroupJoining
{
    /// <summary>Whoever wants to, and whom a member adds.</summary>
    Free,

    /// <summary>Whom its creator or an admin lets in.</summary>
    Ask,

    /// <summary>Whom its creator or an admin adds.</summary>
    Invite,
}

/// <summary>Who may send to a group.</summary>
public enum GroupSending
{
    /// <summary>Every member.</summary>
    All,

    /// <summary>Its creator and its admins.</summary>
    Admins,
}

/// <summary>What new members of a group see of what was said before.</summary>
public enum GroupHistory
{
    /// <summary>All of it.</summary>
    All,

    /// <summary>Only what was said since they came.</summary>
    Joined,
}

/// <summary>What somebody is in a group, as it is stored and sent. Any other word is an ordinary member.</summary>
public static class GroupRole
{
    /// <summary>May do everything.</summary>
    public const string Creator = "creator";

    /// <summary>Looks after the group beside its creator.</summary>
    public const string Admin = "admin";

    /// <summary>An ordinary member.</summary>
    public const string Normal = "normal";
}

/// <summary>The words of the wire.</summary>
static class GroupWords
{
    public static string Of(GroupJoining joining) => joining switch
    {
        GroupJoining.Ask => "ask",
        GroupJoining.Invite => "invite",
        _ => "free",
    };

    public static string Of(GroupSending sending) => sending == GroupSending.Admins ? "admins" : "all";

    public static string Of(GroupHistory history) => history == GroupHistory.Joined ? "joined" : "all";

    public static GroupHistory? History(string? word) => word switch
    {
        "all" => GroupHistory.All,
        "joined" => GroupHistory.Joined,
        _ => null,
    };

    public static GroupJoining? Joining(string? word) => word switch
    {
        "free" => GroupJoining.Free,
        "ask" => GroupJoining.Ask,
        "invite" => GroupJoining.Invite,
        _ => null,
    };

    public static GroupSending? Sending(string? word) => word switch
    {
        "all" => GroupSending.All,
        "admins" => GroupSending.Admins,
        _ => null,
    };
}
