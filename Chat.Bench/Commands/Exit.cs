using Chat.Bench.Workloads;

namespace Chat.Bench.Commands;

/// <summary>What a command's exit code says.</summary>
static class Exit
{
    public const int Ok = 0;

    /// <summary>Something was lost, twice, out of order or changed, or the aim was not reached.</summary>
    public const int Failed = 1;

    /// <summary>It could not be run.</summary>
    public const int NotRun = 2;

    /// <summary>Prints what the user can do something about without a stack.</summary>
    public static int Guard(Func<int> command)
    {
        try
        {
            return command();
        }
        catch (BenchException e)
        {
            Console.Error.WriteLine(e.Message);
            return NotRun;
        }
    }
}
