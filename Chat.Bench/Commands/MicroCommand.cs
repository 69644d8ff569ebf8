using System.CommandLine;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Chat.Bench.Micro;

namespace Chat.Bench.Commands;

/// <summary><c>micro</c>: BenchmarkDotNet for the pieces that every message passes.</summary>
static class MicroCommand
{
    public static Command Create()
    {
        var filter = new Option<string>("--filter") { Description = "pattern of names, as BenchmarkDotNet knows it", DefaultValueFactory = _ => "*" };
        var isShort = new Option<bool>("--short") { Description = "few iterations: allocations are exact, times are rough" };
        var command = new Command("micro", "time and allocations of the frame reader, codec, serializer and outbox") { filter, isShort };
        command.SetAction(parsed =>
        {
            // In this process: the build of a project of its own would not find this repository's output folders.
            var job = (parsed.GetValue(isShort) ? Job.ShortRun : Job.MediumRun).WithToolchain(InProcessEmitToolchain.Instance);
            var config = DefaultConfig.Instance.AddJob(job).AddDiagnoser(MemoryDiagnoser.Default).WithArtifactsPath(Path.Combine("artifacts", "micro"));
            BenchmarkSwitcher.FromTypes([typeof(MicroBenchmarks)]).Run(["--filter", parsed.GetValue(filter)!], config);
        });
        return command;
    }
}
