namespace Chat.Node.Settings;

/// <summary>
/// Limits of <c>Chat:Limits</c> and what goes with them. Units are in the names; 0 = off where a rate is meant. Those with a setter may be others while the node
/// runs (<see cref="Take"/>): whoever goes by them asks each time.
/// </summary>
sealed record ChatLimits
{
    public int MaxFrameBytes { get; init; } = 65536;

    public int MaxTextBytes { get; init; } = 16384;

    public int EditHours { get; set; } = 48;

    public int RecallSeconds { get; set; } = 120;

    public int GroupMembers { get; set; } = 10_000;

    public int Devices { get; set; } = 50;

    public int MaxConnections { get; set; } = 100_000;

    public int FramesPerSecond { get; set; } = 1000;

    public int LoginSeconds { get; set; } = 30;

    public int IdleSeconds { get; init; } = 90;

    public int LegacyIdleSeconds { get; set; } = 86400;

    public int LoginsPerMinutePerAddress { get; set; } = 6000;

    public int FailedLoginsPerMinutePerAccount { get; init; } = 10;

    public int OutboxFrames { get; set; } = 4096;

    public int PeerTimeoutSeconds { get; set; } = 30;

    /// <summary>From now on these limits are as others are.</summary>
    public void Take(ChatLimits other)
    {
        (EditHours, RecallSeconds, GroupMembers, Devices) = (other.EditHours, other.RecallSeconds, other.GroupMembers, other.Devices);
        (MaxConnections, FramesPerSecond, LoginSeconds, LegacyIdleSeconds) = (other.MaxConnections, other.FramesPerSecond, other.LoginSeconds, other.LegacyIdleSeconds);
        (LoginsPerMinutePerAddress, OutboxFrames, PeerTimeoutSeconds) = (other.LoginsPerMinutePerAddress, other.OutboxFrames, other.PeerTimeoutSeconds);
    }
}
