namespace Chat.Bench.Reports;

/// <summary>Numbers for people.</summary>
static class Units
{
    public static string Time(long microseconds) => microseconds switch
    {
        < 1000 => $"{microseconds} µs",
        < 10_000 => $"{microseconds / 1000.0:n2} ms",
        < 1_000_000 => $"{microseconds / 1000.0:n0} ms",
        _ => $"{microseconds / 1e6:n2} s",
    };

    public static string Bytes(double bytes) => bytes switch
    {
        < 0 => $"-{Bytes(-bytes)}",
        < 10 * 1024 => $"{bytes:n0} B",
        < 10 * 1024 * 1024 => $"{bytes / 1024:n1} KiB",
        _ => $"{bytes / (1024 * 1024):n1} MiB",
    };
}
