namespace Chat.Bench.Measuring;

/// <summary>What one process of the server used while it was measured.</summary>
sealed record ServerUsage(int Pid, double CpuSeconds, long ResidentBytes);

/// <summary>Reads the CPU time of the processes of the server at the ends of a measurement and between.</summary>
sealed class UsageProbe(IReadOnlyList<int> pids)
{
    double?[] _from = [.. pids.Select(_ => (double?)null)];

    /// <summary>Whether there is anything to say about CPU.</summary>
    public bool IsAvailable => pids.Count > 0 && ProcessUsage.IsAvailable;

    /// <summary>Of all of them together, in seconds.</summary>
    public double TotalCpuSeconds() => pids.Sum(pid => ProcessUsage.CpuSeconds(pid) ?? 0);

    public long TotalResidentBytes() => pids.Sum(pid => ProcessUsage.ResidentBytes(pid) ?? 0);

    public void Start() => _from = [.. pids.Select(ProcessUsage.CpuSeconds)];

    /// <summary>Since the start; a process that is gone, or was never there, is left out.</summary>
    public IReadOnlyList<ServerUsage> Stop()
    {
        var usages = new List<ServerUsage>();
        for (var i = 0; i < pids.Count; i++)
        {
            if (_from[i] is { } from && ProcessUsage.CpuSeconds(pids[i]) is { } to && ProcessUsage.ResidentBytes(pids[i]) is { } resident)
                usages.Add(new(pids[i], to - from, resident));
        }

        return usages;
    }
}
