using System.CommandLine;
using Chat.Bench.Measuring;
using Chat.Bench.Reports;
using Chat.Bench.Workloads;

namespace Chat.Bench.Commands;

/// <summary><c>history</c>: pages of history from random places.</summary>
static class HistoryCommand
{
    public static Command Create()
    {
        var messages = new Option<int>("--messages") { Description = "in each conversation", DefaultValueFactory = _ => 1000 };
        var limit = new Option<int>("--limit") { Description = "messages of a page", DefaultValueFactory = _ => 100 };
        var (arguments, output) = (new LoadArguments(), new OutputArguments());
        var command = new Command("history", "pages of history from random places, one reader for each two connections (modern protocol)") { messages, limit };
        arguments.AddServer(command);
        arguments.AddConnections(command);
        arguments.AddBytes(command);
        arguments.AddTimes(command);
        output.AddTo(command);
        command.SetAction(parsed => Exit.Guard(() =>
        {
            var plan = arguments.Plan(parsed, "history");
            var result = HistoryWorkload.Run(
                arguments.Workload(parsed), parsed.GetValue(messages), parsed.GetValue(limit), new UsageProbe(arguments.Pids(parsed)), plan.WarmUp, plan.Measure);
            Report.Write(result, output.Files(parsed));
            return result.Failed == 0 ? Exit.Ok : Exit.Failed;
        }));
        return command;
    }
}
