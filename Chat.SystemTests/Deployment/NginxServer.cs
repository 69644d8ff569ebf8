using System.Diagnostics;
using System.Text.RegularExpressions;
using Chat.Checker;
using Chat.Checker.Processes;
using Chat.SystemTests.EndToEnd;
using Chat.Tests.Support;
using Xunit;

namespace Chat.SystemTests.Deployment;

/// <summary>
/// A real nginx with the <c>nginx.conf</c> of this project, of which only addresses and ports are replaced: what is tested is
/// what is shipped. Never skipped: where nginx is not installed the tests fail and say so (test.sh installs it).
/// </summary>
sealed partial class NginxServer : IBalancer
{
    const int NodesInTheFile = 3;

    readonly string _folder = Directory.CreateTempSubdirectory("chat-nginx-").FullName;
    readonly Process _shell;

    NginxServer(int port, int webPort, string configuration)
    {
        (Port, WebPort) = (port, webPort);
        File.WriteAllText(Path.Combine(_folder, "nginx.conf"), configuration);
        File.WriteAllText(LogFile, "");

        // The shell outlives this process by a moment and takes nginx and its workers with it, however this process ends.
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false, RedirectStandardInput = true };
        foreach (var argument in (string[])[
            "-c", """log=$1; shift; "$@" </dev/null >>"$log" 2>&1 & read line; kill -TERM $!; wait""", "sh", LogFile, Find(),
            "-e", "stderr", "-c", $"{_folder}/nginx.conf", "-g", $"daemon off; pid {_folder}/pid;"])
            start.ArgumentList.Add(argument);
        _shell = Process.Start(start)!;
    }

    public int Port { get; }

    /// <summary>For browsers.</summary>
    public int WebPort { get; }

    /// <summary>What it has said: refused connections, nodes that it leaves alone.</summary>
    public string Log => File.ReadAllText(LogFile);

    string LogFile => Path.Combine(_folder, "log");

    /// <summary>In front of nodes on this machine, at most as many as the file names; the others are dead.</summary>
    /// <param name="nodes">Ports of the nodes.</param>
    /// <param name="usesProxyProtocol">With the switch of the file turned on.</param>
    /// <param name="webPorts">The same nodes' ports for browsers.</param>
    public static async Task<NginxServer> StartAsync(int[] nodes, bool usesProxyProtocol = false, int[]? webPorts = null)
    {
        var (port, webPort) = (FreePort.Next(), FreePort.Next());
        var text = Configuration(Configuration(Repository.Read("nginx.conf"), 6000, port, nodes), 8000, webPort, webPorts ?? []);
        Assert.Equal(2 * NodesInTheFile, ServerLine().Count(text));
        var nginx = new NginxServer(port, webPort, usesProxyProtocol ? ReplaceOnce(text, "# proxy_protocol on;", "proxy_protocol on;") : text);
        try
        {
            await nginx.ListeningAsync();
            return nginx;
        }
        catch
        {
            await nginx.DisposeAsync();
            throw;
        }
    }

    public Task<ModernTestClient> ConnectAsync() => ModernTestClient.ConnectAsync(Port);

    public Task<LegacyTestClient> ConnectLegacyAsync() => LegacyTestClient.ConnectAsync(Port);

    public async ValueTask DisposeAsync()
    {
        _shell.StandardInput.Close();
        await _shell.WaitForExitAsync().WaitAsync(TestNode.Patience);
        _shell.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Of the file as it is: every address that it has for a port is replaced, or the test fails.</summary>
    static string Configuration(string text, int oldPort, int port, int[] nodes)
    {
        text = ReplaceOnce(text, $"listen {oldPort} ", $"listen {port} ");
        for (var i = 1; i <= NodesInTheFile; i++)
            text = ReplaceOnce(text, $"server node{i}:{oldPort} ", $"server 127.0.0.1:{(i <= nodes.Length ? nodes[i - 1] : FreePort.Next())} ");
        return text;
    }

    static string ReplaceOnce(string text, string old, string replacement)
    {
        Assert.Equal(2, text.Split(old).Length);
        return text.Replace(old, replacement, StringComparison.Ordinal);
    }

    static string Find() => new[] { "/usr/sbin/nginx", "/usr/bin/nginx", "/usr/local/sbin/nginx" }.FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException("nginx is not installed: the tests need nginx-light and libnginx-mod-stream (see test.sh)");

    async Task ListeningAsync()
    {
        var pidFile = Path.Combine(_folder, "pid"); // written when the ports are open
        await Eventually.TrueAsync(() => File.Exists(pidFile) || Log.Contains("[emerg]", StringComparison.Ordinal));
        Assert.True(File.Exists(pidFile), Log);
    }

    [GeneratedRegex(@"^\s*server \S+:\d+ ", RegexOptions.Multiline, 5000)]
    private static partial Regex ServerLine();
}
