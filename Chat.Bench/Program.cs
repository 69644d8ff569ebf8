using System.CommandLine;
using Chat.Bench.Commands;

var root = new RootCommand("Load, capacity and delivery checks for ChatActors nodes and servers of the documented protocol.")
{
    LoadCommands.Pairs(),
    LoadCommands.Groups(),
    LoadCommands.Cross(),
    CapacityCommand.Create(),
    CompareCommand.Create(),
    OtherCommands.Idle(),
    OtherCommands.LogIn(),
    OtherCommands.Offline(),
    OtherCommands.History(),
    ChaosCommand.Create(),
    MicroCommand.Create(),
    StorageCommand.Create(),
};
return await root.Parse(args).InvokeAsync();
