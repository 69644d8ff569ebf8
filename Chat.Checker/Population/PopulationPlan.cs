namespace Chat.Checker.Population;

/// <summary>How many of what, and how much they say.</summary>
sealed record PopulationPlan
{
    public int ModernUsers { get; init; } = 24;

    public int LegacyUsers { get; init; } = 6;

    /// <summary>So many modern users, from the first, have two clients.</summary>
    public int UsersWithTwoDevices { get; init; } = 6;

    public int Groups { get; init; } = 6;

    public int MembersOfAGroup { get; init; } = 6;

    /// <summary>Messages in a second, of all together.</summary>
    public int Rate { get; init; } = 500;

    /// <summary>Of a hundred messages, so many go to groups.</summary>
    public int GroupPercent { get; init; } = 15;

    /// <summary>Of a hundred messages, so many are sent by legacy clients.</summary>
    public int LegacyPercent { get; init; } = 5;

    /// <summary>How often somebody goes offline for a while; zero: never.</summary>
    public int AwayEveryMilliseconds { get; init; } = 1500;

    /// <summary>
    /// Whether legacy clients do so too. A balancer that is told that a client has ended takes answers from its node and gives them to
    /// nobody, which a legacy client cannot find out.
    /// </summary>
    public bool LegacyClientsGoAway { get; init; } = true;
}
