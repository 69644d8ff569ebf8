using Chat.Bench.Measuring;
using Chat.Bench.Workloads;

namespace Chat.Bench.Reports;

/// <summary>A search for the highest rate, with the runs of its steps.</summary>
sealed record CapacityReport(string Workload, double BoundMilliseconds, CapacityResult Search, IReadOnlyList<RunResult> Runs);
