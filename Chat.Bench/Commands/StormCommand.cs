using System.CommandLine;
using Chat.Bench.Reports;
using Chat.Bench.Storms;

namespace Chat.Bench.Commands;

/// <summary><c>storm</c>: attacks beside chatting pairs, and what the pairs notice of them.</summary>
static class StormCommand
{
    public static Command Create()
    {
        var (arguments, output) = (new LoadArguments(), new OutputArguments());
        var kinds = new Option<string[]>("--kind") { Description = $"may be given again; all of them if it is not: {string.Join(", ", StormOptions.Storms)}" };
        var scale = new Option<double>("--scale") { Description = "how large the storms are, 1: 5,000 connections, 2,000 slow sockets and so on", DefaultValueFactory = _ => 1 };
        var bar = new Option<double>("--bar") { Description = "so many times the quiet p99 the pairs may have in a storm", DefaultValueFactory = _ => 3 };
        var pairs = new Option<int>("--pairs") { Description = "pairs that chat", DefaultValueFactory = _ => 50 };
        var seconds = new Option<double>("--seconds") { Description = "measured without each storm, and as long in it", DefaultValueFactory = _ => 10 };
        var command = new Command("storm", "attacks beside chatting pairs: what they notice, and what the server does") { kinds, scale, bar, pairs, seconds };
        arguments.AddServer(command);
        arguments.AddRate(command);
        output.AddTo(command);
        command.SetAction(parsed => Exit.Guard(() =>
        {
            var options = new StormOptions
            {
                Pairs = arguments.Server(parsed) with { Connections = parsed.GetValue(pairs) * 2 },
                Pids = arguments.Pids(parsed),
                Measure = TimeSpan.FromSeconds(parsed.GetValue(seconds)),
                Scale = parsed.GetValue(scale),
            };
            options = options with { Rate = arguments.Rate(parsed) ?? options.Rate, Kinds = parsed.GetValue(kinds) is { Length: > 0 } some ? some : options.Kinds };
            var report = new StormReport(parsed.GetValue(pairs), options.Rate, parsed.GetValue(bar), StormWorkload.Run(options, Console.Error.WriteLine));
            Report.Write(report, output.Files(parsed));
            return report.IsGood ? Exit.Ok : Exit.Failed;
        }));
        return command;
    }
}
