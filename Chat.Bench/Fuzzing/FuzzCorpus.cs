namespace Chat.Bench.Fuzzing;

/// <summary>Inputs that once broke a promise. They lie in <c>Chat.Bench/Fuzzing/Corpus/TARGET/</c>, one a file, and are tried first, for ever.</summary>
static class FuzzCorpus
{
    /// <summary>In front of the names of the files in this assembly.</summary>
    public const string Prefix = "fuzz/";

    static readonly System.Reflection.Assembly Here = typeof(FuzzCorpus).Assembly;

    public static IReadOnlyList<byte[]> Of(string target) =>
        [.. Here.GetManifestResourceNames().Where(name => name.StartsWith($"{Prefix}{target}/", StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(Read)];

    /// <summary>The names of targets that have some.</summary>
    public static IReadOnlyList<string> Targets =>
        [.. Here.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).Select(name => name.Split('/')[1]).Distinct().Order(StringComparer.Ordinal)];

    public static byte[] Read(string resource)
    {
        using var stream = Here.GetManifestResourceStream(resource) ?? throw new InvalidOperationException($"{resource} is not in this program");
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
