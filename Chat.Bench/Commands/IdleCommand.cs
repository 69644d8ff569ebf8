using System.CommandLine;
using Chat.Bench.Measuring;
using Chat.Bench.Reports;
using Chat.Bench.Workloads;

namespace Chat.Bench.Commands;

/// <summary><c>idle</c>: memory and CPU of connections that say nothing.</summary>
static class IdleCommand
{
    public static Command Create()
    {
        var (arguments, output, command) = (new LoadArguments(), new OutputArguments(), new Command("idle", "memory and CPU of connections that say nothing"));
        arguments.AddMessages(command);
        arguments.AddTimes(command);
        output.AddTo(command);
        command.SetAction(parsed => Exit.Guard(() =>
        {
            var result = IdleWorkload.Run(arguments.Workload(parsed), new UsageProbe(arguments.Pids(parsed)), arguments.Plan(parsed, "idle").Measure);
            Report.Write(result, output.Files(parsed));
            return result.Disconnected == 0 ? Exit.Ok : Exit.Failed;
        }));
        return command;
    }
}
