using System.CommandLine;
using Chat.Bench.Measuring;
using Chat.Bench.Reports;
using Chat.Bench.Workloads;

namespace Chat.Bench.Commands;

/// <summary><c>growth</c>: how cost grows with connections, members, conversations, the log or the offline queue.</summary>
static class GrowthCommand
{
    public static Command Create()
    {
        var of = new Option<GrowthOf>("--of") { Description = "Connections, Members (of one group), Conversations, Log (rows) or Queued (messages for each user who is away)", Required = true };
        var values = new Option<long[]>("--values") { Description = "the points, rising, with commas", Required = true, CustomParser = ParseValues };
        var svg = new Option<string?>("--svg") { Description = "draw the CPU per message into this file" };
        var (arguments, output) = (new LoadArguments(), new OutputArguments());
        var command = new Command("growth", "the same load again and again while one thing grows: cost per message, drawn") { of, values, svg };
        arguments.AddMessages(command);
        arguments.AddRun(command);
        output.AddTo(command);
        command.SetAction(parsed => Exit.Guard(() =>
        {
            var options = arguments.Workload(parsed);
            var probe = new UsageProbe(arguments.Pids(parsed));
            var plan = arguments.Plan(parsed, "growth");
            var series = new GrowthSeries(options, plan, probe, new SetupProgress(Console.Error));
            var points = new List<GrowthPoint>();
            foreach (var value in parsed.GetValue(values)!)
            {
                foreach (var point in series.Measure(parsed.GetValue(of), value))
                {
                    points.Add(point);
                    Console.Error.WriteLine($"  {point.Series,-14} {point.Value,10:n0}: {point.MessagesPerSecond,10:n0} messages/s, {point.ServerMicroseconds ?? 0:n1} µs CPU each");
                }
            }

            var report = new GrowthReport(LoadCommands.Describe($"growth of {parsed.GetValue(of).ToString().ToLowerInvariant()}", options), parsed.GetValue(of), points);
            Report.Write(report, output.Files(parsed));
            if (parsed.GetValue(svg) is { } file)
                File.WriteAllText(file, report.Draw());
            return points.TrueForAll(point => point.IsPerfect) ? Exit.Ok : Exit.Failed;
        }));
        return command;
    }

    static long[] ParseValues(System.CommandLine.Parsing.ArgumentResult result)
    {
        var values = new List<long>();
        foreach (var text in result.Tokens.SelectMany(token => token.Value.Split(',')))
        {
            if (long.TryParse(text, out var value) && value > values.DefaultIfEmpty().Max())
                values.Add(value);
            else
                result.AddError($"\"{text}\": rising numbers are expected");
        }

        return [.. values];
    }
}
