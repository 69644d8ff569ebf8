using System.CommandLine;
using Chat.Bench.Load;
using Chat.Bench.Measuring;
using Chat.Bench.Reports;
using Chat.Bench.Workloads;

namespace Chat.Bench.Commands;

/// <summary><c>pairs</c>, <c>groups</c> and <c>cross</c>: one workload, once.</summary>
static class LoadCommands
{
    public static Command Pairs() => Create(
        "pairs", "users in pairs, each writing to the other", isCross: false, Topology.Pairs, (arguments, command) => arguments.AddPairs(command));

    public static Command Cross() => Create(
        "cross", "pairs whose partners are at different servers", isCross: true, Topology.Pairs, (arguments, command) => arguments.AddPairs(command));

    public static Command Groups() => Create(
        "groups", "groups in which some members write and all others receive", isCross: false, Topology.Groups,
        (arguments, command) => arguments.AddGroups(command), hasConnections: false);

    static Command Create(
        string name, string description, bool isCross, Func<WorkloadOptions, SetupProgress, LoadState> build, Action<LoadArguments, Command> addOwn,
        bool hasConnections = true)
    {
        var (arguments, output, command) = (new LoadArguments(), new OutputArguments(), new Command(name, description));
        arguments.AddMessages(command, hasConnections);
        arguments.AddRun(command);
        addOwn(arguments, command);
        output.AddTo(command);
        command.SetAction(parsed => Exit.Guard(() =>
        {
            var options = arguments.Workload(parsed, isCross);
            var plan = arguments.Plan(parsed, Describe(name, options)) with { Progress = ProgressLine.Write };
            using var loop = Open(options, build, arguments.Pids(parsed));
            var result = loop.Run(plan);
            Report.Write(result, output.Files(parsed));
            return result.Tally.IsPerfect ? Exit.Ok : Exit.Failed;
        }));
        return command;
    }

    public static LoadLoop Open(WorkloadOptions options, Func<WorkloadOptions, SetupProgress, LoadState> build, IReadOnlyList<int> pids)
    {
        Console.Error.WriteLine($"opening connections to {string.Join(", ", options.Targets)}");
        return new(build(options, new SetupProgress(Console.Error)), new UsageProbe(pids), options.MarkEvery, options.HasHeartbeat);
    }

    public static string Describe(string name, WorkloadOptions options)
    {
        var who = name == "groups" ? $"{options.Groups} groups of {options.Members}, {options.SendersPerGroup} writing in each" : $"{options.Connections} connections{(options.Partners > 1 ? $" writing to {options.Partners} others each" : "")}";
        return $"{name}, {options.Protocol.ToString().ToLowerInvariant()} protocol, {who}, {options.TextBytes} bytes, {string.Join(" ", options.Targets)}";
    }
}
