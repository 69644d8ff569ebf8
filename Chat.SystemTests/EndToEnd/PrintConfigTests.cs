using System.Diagnostics;
using Chat.Checker.Processes;
using Chat.Tests.Support;
using Xunit;

namespace Chat.SystemTests.EndToEnd;

/// <summary><c>--print-config</c> as an operator calls it: a process, its exit code, and what it says.</summary>
public sealed class PrintConfigTests : IDisposable
{
    readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_a_node_would_start_with_is_printed_and_nothing_is_started()
    {
        var (exit, output, error) = await RunAsync(null, ["--Chat:Port=6001", "--Logging:LogLevel:Chat.Node=Debug", .. _folder.Storage]);
        Assert.Equal((0, ""), (exit, error));
        Assert.Contains("Chat:Port = 6001 (command line)", output, StringComparison.Ordinal);
        Assert.Contains("Chat:HttpPort = 8080 (default)", output, StringComparison.Ordinal);
        Assert.Contains("Logging:LogLevel:Chat.Node = Debug (command line)", output, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(_folder.Path));
    }

    /// <summary>Each of them ends a start with 2.</summary>
    [Theory]
    [InlineData("Chat:Storage:ConnectionString names the server a twice", "--Chat:Storage:Provider=MySql", "--Chat:Storage:ConnectionString=Server=a,a;Database=x")]
    [InlineData("Chat:Storage:ConnectionString names no database", "--Chat:Storage:Provider=MySql", "--Chat:Storage:ConnectionString=Server=a")]
    [InlineData("would not outlive the node", "--Chat:Storage:ConnectionString=Data Source=:memory:")]
    [InlineData("for reading only", "--Chat:Storage:ConnectionString=Data Source=chat.db;Mode=ReadOnly")]
    [InlineData("Chat:Certificate", "--Chat:TlsPort=6002", "--Chat:Certificate=/nowhere/a.pem", "--Chat:CertificateKey=/nowhere/a.key")]
    [InlineData("Chat:Cluster:Certificate", "--Chat:Cluster:Certificate=/nowhere/a.pem", "--Chat:Cluster:CertificateKey=/nowhere/a.key", "--Chat:Cluster:CertificateAuthority=/nowhere/b.pem")]
    [InlineData("Chat:Prot is not a setting", "--Chat:Prot=1")]
    public async Task What_would_stop_the_start_is_said_with_its_exit_code(string said, params string[] arguments)
    {
        var (exit, output, error) = await RunAsync(null, arguments);
        Assert.Equal((2, ""), (exit, output));
        Assert.Contains(said, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "nonsense")]
    [InlineData("NOTIFY_SOCKET", "nonsense")]
    [InlineData("Chat__Port", "many")]
    public async Task So_is_a_variable_that_would(string variable, string value)
    {
        var (exit, _, error) = await RunAsync((variable, value));
        Assert.Equal(2, exit);
        Assert.Contains("\"" + value + "\"", error, StringComparison.Ordinal);
    }

    static async Task<(int Exit, string Output, string Error)> RunAsync((string Name, string Value)? variable, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [NodeLaunch.BuiltProgram, "--print-config", .. arguments]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        if (variable is { } set)
            start.Environment[set.Name] = set.Value;
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().WaitAsync(6 * Eventually.Patience);
        return (process.ExitCode, await output, (await error).Trim());
    }
}
