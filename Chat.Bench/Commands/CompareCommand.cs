using System.CommandLine;
using Chat.Bench.Measuring;
using Chat.Bench.Reports;
using Chat.Bench.Workloads;

namespace Chat.Bench.Commands;

/// <summary><c>compare</c>: the same workload alternately against two servers.</summary>
static class CompareCommand
{
    public static Command Create()
    {
        var other = new Option<string[]>("--against") { Description = "addresses of the second server", Required = true, AllowMultipleArgumentsPerToken = true };
        var otherPids = LoadArguments.PidOption("--against-pid", "processes of the second server");
        var otherTransport = new Option<Transport>("--against-transport") { Description = "what carries the protocol to the second server" };
        var rounds = new Option<int>("--rounds") { Description = "rounds, each with a run against both", DefaultValueFactory = _ => 5 };
        var isGroups = new Option<bool>("--in-groups") { Description = "groups instead of pairs" };
        var (arguments, output) = (new LoadArguments(), new OutputArguments());
        var command = new Command("compare", "the same workload alternately against two servers: the ratio, and how far the rounds differ") { other, otherPids, otherTransport, rounds, isGroups };
        arguments.AddMessages(command);
        arguments.AddRun(command);
        arguments.AddGroups(command);
        arguments.AddPairs(command);
        output.AddTo(command);
        command.SetAction(parsed => Exit.Guard(() =>
        {
            var options = arguments.Workload(parsed);
            // Users of its own: the second server may be the first one, by another way, and what is for one session is for all of its user.
            var against = options with { Prefix = $"{options.Prefix}-against", Targets = [.. parsed.GetValue(other)!.Select(text => ChatTarget.Parse(text, parsed.GetValue(otherTransport)))] };
            var name = parsed.GetValue(isGroups) ? "groups" : "pairs";
            Func<WorkloadOptions, SetupProgress, Load.LoadState> build = parsed.GetValue(isGroups) ? Topology.Groups : Topology.Pairs;
            using var first = LoadCommands.Open(options, build, arguments.Pids(parsed));
            using var second = OpenSecond();
            var report = new CompareReport(LoadCommands.Describe(name, options), LoadCommands.Describe(name, against));
            for (var round = 0; round < parsed.GetValue(rounds); round++)
            {
                // First, second, second, first: what drifts in one direction hurts both.
                RunResult a, b;
                if (round % 2 == 0)
                    (a, b) = (Run(first, report.First), Run(second, report.Second));
                else
                    (b, a) = (Run(second, report.Second), Run(first, report.First));
                report.Add(a, b);
            }

            Report.Write(report, output.Files(parsed));
            return report.Rounds.All(pair => pair.First.Tally.IsPerfect && pair.Second.Tally.IsPerfect) ? Exit.Ok : Exit.Failed;

            Load.LoadLoop OpenSecond()
            {
                using var alive = new KeepAlive(options.HasHeartbeat);
                foreach (var connection in first.State.Connections)
                    alive.Add(connection);
                return LoadCommands.Open(against, build, parsed.GetValue(otherPids) ?? []);
            }

            RunResult Run(Load.LoadLoop loop, string workload)
            {
                var result = loop.Run(arguments.Plan(parsed, workload));
                Console.Error.WriteLine($"  {result.DeliveredPerSecond,10:n0} msg/s  p99 {Units.Time(result.Delivery.P99),8}  generator {result.Generator.ThreadShare:p0}  {string.Join(" ", loop == first ? options.Targets : against.Targets)}");
                return result;
            }
        }));
        return command;
    }
}
