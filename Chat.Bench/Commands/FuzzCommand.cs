using System.CommandLine;
using System.Diagnostics;
using Chat.Bench.Fuzzing;
using Chat.Bench.Workloads;

namespace Chat.Bench.Commands;

/// <summary><c>fuzz</c>: inputs that nobody would send are given to everything that takes bytes from strangers.</summary>
static class FuzzCommand
{
    public static Command Create()
    {
        var seconds = new Option<double>("--seconds") { Description = "time for all targets together", DefaultValueFactory = _ => 60 };
        var targets = new Option<string[]>("--target") { Description = $"may be given again; all of them if it is not: {string.Join(", ", FuzzTargets.All.Select(target => target.Name))}" };
        var seed = new Option<int>("--seed") { Description = "decides which inputs are tried; a new one each time if it is not given", DefaultValueFactory = _ => Random.Shared.Next() };
        var findings = new Option<string>("--findings") { Description = "folder for inputs that break something", DefaultValueFactory = _ => Path.Combine("artifacts", "fuzz") };
        var command = new Command("fuzz", "gives broken input to everything that reads what strangers send") { seconds, targets, seed, findings };
        command.SetAction(parsed => Exit.Guard(() =>
            Run(Chosen(parsed.GetValue(targets) ?? []), TimeSpan.FromSeconds(parsed.GetValue(seconds)), parsed.GetValue(seed), parsed.GetValue(findings)!)));
        return command;
    }

    static List<FuzzTarget> Chosen(string[] names)
    {
        var unknown = names.Except(FuzzTargets.All.Select(target => target.Name), StringComparer.Ordinal).FirstOrDefault();
        return unknown is null
            ? [.. FuzzTargets.All.Where(target => names.Length == 0 || names.Contains(target.Name, StringComparer.Ordinal))]
            : throw new BenchException($"--target {unknown} is none: expected is one of {string.Join(", ", FuzzTargets.All.Select(target => target.Name))}");
    }

    static int Run(List<FuzzTarget> targets, TimeSpan time, int seed, string folder)
    {
        Console.WriteLine($"seed {seed}, {time.TotalSeconds / targets.Count:0.#} s for each target");
        var hasFailed = false;
        foreach (var target in targets)
        {
            var started = Stopwatch.GetTimestamp();
            var result = new FuzzRun(target, seed, FuzzCorpus.Of(target.Name)).Run(_ => Stopwatch.GetElapsedTime(started) < time / targets.Count);
            Console.WriteLine($"  {target.Name,-10} {result.Inputs,12:N0} inputs  {result.Outcomes,7:N0} different answers  {result.Findings.Count} broken promises");
            foreach (var finding in result.Findings)
                Report(finding, folder);
            hasFailed |= result.Findings.Count > 0;
        }

        return hasFailed ? Exit.Failed : Exit.Ok;
    }

    static void Report(FuzzFinding finding, string folder)
    {
        var file = Path.Combine(Directory.CreateDirectory(Path.Combine(folder, finding.Target)).FullName, finding.FileName);
        File.WriteAllBytes(file, finding.Input);
        Console.WriteLine($"{finding}\nkept in {file}: it belongs into Chat.Bench/Fuzzing/Corpus/{finding.Target}/");
    }
}
