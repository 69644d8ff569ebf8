using System.CommandLine;
using Chat.Bench.Measuring;
using Chat.Bench.Reports;
using Chat.Bench.Workloads;

namespace Chat.Bench.Commands;

/// <summary><c>offline</c>: what messages cost to users who are away, and who then come back all at once.</summary>
static class OfflineCommand
{
    public static Command Create()
    {
        var messages = new Option<int>("--messages") { Description = "for each user who is away", DefaultValueFactory = _ => 1000 };
        var window = new Option<int>("--window", "-w") { Description = "messages under way per sender", DefaultValueFactory = _ => 8 };
        var (arguments, output) = (new LoadArguments(), new OutputArguments());
        var command = new Command("offline", "messages to users who are away, who then come back all at once; in the legacy protocol at a --rate") { messages, window };
        arguments.AddMessages(command);
        arguments.AddRate(command);
        output.AddTo(command);
        command.SetAction(parsed => Exit.Guard(() =>
        {
            var result = OfflineWorkload.Run(
                arguments.Workload(parsed), parsed.GetValue(messages), parsed.GetValue(window), arguments.Rate(parsed), new UsageProbe(arguments.Pids(parsed)));
            Report.Write(result, output.Files(parsed));
            return result.Sending.Tally.IsPerfect && result.Fetching.Tally.IsPerfect ? Exit.Ok : Exit.Failed;
        }));
        return command;
    }
}
