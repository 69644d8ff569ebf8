using System.CommandLine;
using Chat.Bench.Reports;
using Chat.Bench.Survival;

namespace Chat.Bench.Commands;

/// <summary><c>survive</c>: a load that survives whatever happens to the nodes, and afterwards the question whether they kept their word.</summary>
static class SurviveCommand
{
    public static Command Create()
    {
        var seconds = new Option<double>("--seconds", "-s") { Description = "length of the load", DefaultValueFactory = _ => 60 };
        var every = new Option<double>("--every") { Description = "seconds between two actions", DefaultValueFactory = _ => 10 };
        var pids = new Option<int[]>("--kill-pid") { Description = "process to kill (kill -9), once each, one after the other", AllowMultipleArgumentsPerToken = true };
        var command = new Option<string?>("--kill-cmd") { Description = "command for the shell, run at every action: kills, restarts, cuts what it likes" };
        var window = new Option<int>("--window", "-w") { Description = "messages under way per sender", DefaultValueFactory = _ => 8 };
        var pause = new Option<double>("--recovery") { Description = "longest wait for the end of it all, in seconds", DefaultValueFactory = _ => 60 };
        var (arguments, output) = (new LoadArguments(), new OutputArguments());
        var survive = new Command("survive", "pairs that reconnect, while you kill nodes that run already; then acknowledgements, deliveries and history are compared")
        {
            seconds, every, pids, command, window, pause,
        };
        arguments.AddServer(survive);
        arguments.AddConnections(survive);
        output.AddTo(survive);
        survive.SetAction(async (parsed, _) =>
        {
            try
            {
                var options = new SurvivalOptions
                {
                    Targets = arguments.Targets(parsed),
                    Users = parsed.GetValue<int>("--connections") / 2 * 2,
                    Prefix = $"{arguments.Server(parsed).Prefix}-chaos",
                    Seconds = parsed.GetValue(seconds),
                    ActionEvery = parsed.GetValue(every),
                    KillPids = parsed.GetValue(pids) ?? [],
                    KillCommand = parsed.GetValue(command),
                    Window = parsed.GetValue(window),
                    Recovery = parsed.GetValue(pause),
                };
                var result = await new SurvivalWorkload(options, Console.Error).RunAsync();
                Report.Write(result, output.Files(parsed));
                return result.Violations.Count == 0 ? Exit.Ok : Exit.Failed;
            }
            catch (Exception e) when (e is ChatActors.Client.ChatException or Workloads.BenchException)
            {
                await Console.Error.WriteLineAsync(e.Message);
                return Exit.NotRun;
            }
        });
        return survive;
    }
}
