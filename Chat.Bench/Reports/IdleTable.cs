using Chat.Bench.Workloads;

namespace Chat.Bench.Reports;

/// <summary>The result of idle connections, for people.</summary>
static class IdleTable
{
    public static void Write(TextWriter output, IdleResult result)
    {
        output.WriteLine();
        output.WriteLine($"{result.Connections:n0} idle connections, each of another user");
        output.WriteLine();
        if (result.BytesAfter == 0)
        {
            output.WriteLine("  memory not known: give the server's processes with --pid (Linux only)");
        }
        else
        {
            output.WriteLine($"  memory         {Units.Bytes(result.BytesBefore)} before, {Units.Bytes(result.BytesHalf)} with the first half, {Units.Bytes(result.BytesAfter)} with all");
            output.WriteLine($"  each           {Units.Bytes(result.BytesEach)}; of the second half alone {Units.Bytes(result.BytesEachFurther)}");
        }

        if (result.ServerCores is { } cores)
            output.WriteLine($"  server         {cores:n3} cores while nothing was said");
        output.WriteLine($"  check          {result.Disconnected:n0} connections were ended by the server");
    }
}
