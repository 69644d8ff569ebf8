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
        OtherCommands.Idle(),
        OtherCommands.LogIn(),
        OtherCommands.Offline(),
        OtherCommands.History(),
        SurviveCommand.Create(),
        ChaosCommand.Create(),
        MicroCommand.Create(),
        StorageCommand.Create(),
    };
}
