using System.CommandLine;

namespace Chat.Bench.Commands;

/// <summary>All commands.</summary>
static class BenchCommandLine
{
    public static RootCommand Create() => new("Load, capacity and delivery checks for ChatActors nodes and servers of the legacy protocol.")
    {
        LoadCommands.Pairs(),
        LoadCommands.Groups(),
        LoadCommands.Cross(),
        CapacityCommand.Create(),
        CompareCommand.Create(),
        GrowthCommand.Create(),
        IdleCommand.Create(),
        LogInCommand.Create(),
        OfflineCommand.Create(),
        HistoryCommand.Create(),
        WebhooksCommand.Create(),
        SurviveCommand.Create(),
        ChaosCommand.Create(),
        StormCommand.Create(),
        FuzzCommand.Create(),
        MicroCommand.Create(),
        StorageCommand.Create(),
    };
}
