namespace Chat.Node.Settings;

/// <summary>Limits of <c>Chat:Limits</c> and what goes with them. Units are in the names; 0 = off where a rate is meant.</summary>
sealed record ChatLimits
{
    public int MaxFrameBytes { get; init; } = 65536;

    public int MaxTextBytes { get; init; } = 16384;

    public int EditHours { get; init; } = 48;

    public int RecallSeconds { get; init; } = 120;

    public int GroupMembers { get; init; } = 10_000;

    public int Devices { get; init; } = 50;

    public int MaxConnections { get; init; } = 100_000;

    public int FramesPerSecond { get; init; } = 1000;

    public int LoginSeconds { get; init; } = 30;

    public int IdleSeconds { get; init; } = 90;

    public int LegacyIdleSeconds { get; init; } = 86400;

    public int LoginsPerMinutePerAddress { get; init; } = 6000;

    public int FailedLoginsPerMinutePerAccount { get; init; } = 10;

    public int OutboxFrames { get; init; } = 4096;

    public int PeerTimeoutSeconds { get; init; } = 30;
}
