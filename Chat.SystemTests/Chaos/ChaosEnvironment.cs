using Chat.Checker;
using Chat.Checker.Faults;

namespace Chat.SystemTests.Chaos;

/// <summary>The environment has the last word on a test's run, so that anybody can have a longer one: the only place that reads these variables.</summary>
static class ChaosEnvironment
{
    public static ChaosOptions FromEnvironment(this ChaosOptions options) => options with
    {
        Seed = Read("CHAOS_SEED", options.Seed),
        Seconds = Read("CHAOS_SECONDS", options.Seconds),
        Rate = Read("CHAOS_RATE", options.Rate),
        Faults = Read("CHAOS_FAULTS", options.Faults),
        Kinds = Environment.GetEnvironmentVariable("CHAOS_KINDS") is { Length: > 0 } kinds
            ? [.. kinds.Split(',').Select(Enum.Parse<FaultKind>)]
            : options.Kinds,
        FaultMilliseconds = Read("CHAOS_FAULT_MILLISECONDS", options.FaultMilliseconds ?? -1) is var length and >= 0 ? length : null,
        Bystanders = Read("CHAOS_BYSTANDERS", options.Bystanders),
        KeepsLogs = Read("CHAOS_KEEP_LOGS", options.KeepsLogs ? 1 : 0) > 0,
    };

    static int Read(string name, int standard) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text
            ? int.TryParse(text, out var value) && value >= 0 ? value : throw new InvalidOperationException($"{name} is \"{text}\": a number is expected")
            : standard;
}
