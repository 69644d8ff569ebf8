using System.CommandLine;
using Chat.Bench.Measuring;
using Chat.Bench.Reports;
using Chat.Bench.Workloads;

namespace Chat.Bench.Commands;

/// <summary><c>capacity</c>: the highest rate with the latency below a bound and nothing lost.</summary>
static class CapacityCommand
{
    /// <summary>Less than this share of what was offered arrived in time.</summary>
    const double LeastDelivered = 0.98;

    public static Command Create()
    {
        var bound = new Option<double>("--p99") { Description = "bound of the delivery latency, 99th percentile, in ms", DefaultValueFactory = _ => 50 };
        var first = new Option<double>("--first") { Description = "messages per second to begin with", DefaultValueFactory = _ => 2000 };
        var most = new Option<double>("--most") { Description = "messages per second to stop at", DefaultValueFactory = _ => 1_000_000 };
        var precision = new Option<double>("--precision") { Description = "stop when the ends are so close (0.05 is 5 %)", DefaultValueFactory = _ => 0.05 };
        var isGroups = new Option<bool>("--in-groups") { Description = "groups instead of pairs" };
        var (arguments, output) = (new LoadArguments(), new OutputArguments());
        var command = new Command("capacity", "the highest rate that a server bears: nothing lost, latency below a bound (open loop)") { bound, first, most, precision, isGroups };
        arguments.AddMessages(command);
        arguments.AddTimes(command);
        arguments.AddGroups(command);
        arguments.AddPairs(command);
        output.AddTo(command);
        command.SetAction(parsed => Exit.Guard(() =>
        {
            var options = arguments.Workload(parsed);
            var name = parsed.GetValue(isGroups) ? "groups" : "pairs";
            using var loop = LoadCommands.Open(options, parsed.GetValue(isGroups) ? Topology.Groups : Topology.Pairs, arguments.Pids(parsed));
            var plan = arguments.Plan(parsed, LoadCommands.Describe(name, options));
            var results = new List<RunResult>();
            var search = new CapacitySearch(Try, parsed.GetValue(first), parsed.GetValue(most), parsed.GetValue(precision)).Run();
            Report.Write(new CapacityReport(plan.Workload, parsed.GetValue(bound), search, results), output.Files(parsed));
            return search.Best is null ? Exit.Failed : Exit.Ok;

            CapacityStep Try(double rate)
            {
                var result = loop.Run(plan with { RatePerSecond = rate });
                results.Add(result);
                var step = Judge(rate, result, parsed.GetValue(bound), loop.State.Flows[0].Checkers.Count);
                Console.Error.WriteLine($"  {rate,10:n0} messages/s: p99 {Units.Time(result.Delivery.P99),8}  {step.Problem ?? "good"}");
                return step;
            }
        }));
        return command;
    }

    /// <summary>Whether a rate was borne.</summary>
    public static CapacityStep Judge(double rate, RunResult result, double boundMilliseconds, int receivers)
    {
        if (!result.Tally.IsPerfect)
            return new(rate, $"{result.Tally.Lost} lost, {result.Tally.Duplicated} duplicated, {result.Tally.OutOfOrder} out of order, {result.Tally.Corrupt} corrupt, {result.Tally.Unanswered} unanswered, {result.Tally.Disconnected} connections ended");
        var isLate = result.Delivery.P99 > boundMilliseconds * 1000;
        var isShort = result.Delivered < LeastDelivered * rate * result.Seconds * receivers;
        if (!isLate && !isShort)
            return new(rate, null);
        var problem = isLate
            ? $"p99 is {Units.Time(result.Delivery.P99)}, above {boundMilliseconds} ms"
            : $"{result.DeliveredPerSecond:n0} messages/s delivered of {rate * receivers:n0}";
        return result.Complaints is [var complaint, ..] ? new(rate, $"{problem}; but {complaint}", IsGeneratorLimit: true) : new(rate, problem);
    }
}
