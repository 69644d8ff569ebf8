namespace Chat.Checker.Processes;

/// <summary>Where a MariaDB listens, and the command that puts it there: <c>ip netns exec …</c></summary>
sealed record MariaDbPlace(string Address, int Port)
{
    const string Loopback = "127.0.0.1";

    public IReadOnlyList<string> Prefix { get; init; } = [];

    /// <summary>Whether its administrator may come over the network: only on the loopback's first address.</summary>
    public bool IsLocal => Address == Loopback;

    /// <summary>A free port of the loopback.</summary>
    public static MariaDbPlace OfItsOwn() => new(Loopback, FreePort.Next());
}
