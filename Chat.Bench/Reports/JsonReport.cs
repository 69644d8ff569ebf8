using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Chat.Bench.Reports;

/// <summary>A result for programs; latencies in microseconds, names as in the code.</summary>
static class JsonReport
{
    static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public static string Create<T>(T result) => JsonSerializer.Serialize(result, Options);

    /// <summary>Does nothing without a file; <c>-</c> is standard output.</summary>
    public static void Write<T>(T result, string? file)
    {
        if (file == "-")
            Console.Out.WriteLine(Create(result));
        else if (file is not null)
            File.WriteAllText(file, Create(result));
    }
}
