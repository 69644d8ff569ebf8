namespace Chat.Bench.Workloads;

/// <summary>The protocol that the connections speak.</summary>
enum ChatProtocol
{
    Modern,
    Legacy,
}

/// <summary>Who talks to whom, and over what.</summary>
sealed record WorkloadOptions
{
    public required IReadOnlyList<ChatTarget> Targets { get; init; }

    public ChatProtocol Protocol { get; init; }

    /// <summary>The server speaks the legacy protocol only: accounts are made over it, new ones in every run.</summary>
    public bool IsLegacyServer { get; init; }

    /// <summary>A legacy server does not know the sign of life (104).</summary>
    public bool HasHeartbeat => !IsLegacyServer;

    public int Connections { get; init; } = 100;

    /// <summary>Size of a text.</summary>
    public int TextBytes { get; init; } = 200;

    /// <summary>The cmids do not ascend (modern protocol).</summary>
    public bool HasRandomCmids { get; init; }

    /// <summary>Names of accounts and groups begin with it; a later run with the same one uses the same accounts.</summary>
    public string Prefix { get; init; } = "bench";

    /// <summary>The partners of a pair are connected to different targets.</summary>
    public bool IsCross { get; init; }

    /// <summary>Only the first of each pair sends.</summary>
    public bool IsOneWay { get; init; }

    /// <summary>Conversations that each connection writes in: one is that with the other of its pair.</summary>
    public int Partners { get; init; } = 1;

    public int Groups { get; init; } = 5;

    public int Members { get; init; } = 20;

    /// <summary>Members of a group that send; the others listen.</summary>
    public int SendersPerGroup { get; init; } = 1;

    /// <summary>A receiver confirms every so many messages (103); 0: never.</summary>
    public int MarkEvery { get; init; }

    /// <summary>Accounts that are made, and logins that are done, at once.</summary>
    public int SetupConcurrency { get; init; } = 16;

    public bool IsModern => Protocol == ChatProtocol.Modern;
}
