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

    NginxServer(int port, string configuration)
    {
        Port = port;
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

    /// <summary>What it has said: refused connections, nodes that it leaves alone.</summary>
    public string Log => File.ReadAllText(LogFile);

    string LogFile => Path.Combine(_folder, "log");

    /// <summary>In front of nodes on this machine, at most as many as the file names; the others are dead.</summary>
    /// <param name="nodes">Ports of the nodes.</param>
    /// <param name="usesProxyProtocol">With the switch of the file turned on.</param>
    public static async Task<NginxServer> StartAsync(int[] nodes, bool usesProxyProtocol = false)
    {
        var port = FreePort.Next();
        var nginx = new NginxServer(port, Configuration(port, nodes, usesProxyProtocol));
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

    /// <summary>Of the file as it is: every address that it has is replaced, or the test fails.</summary>
    static string Configuration(int port, int[] nodes, bool usesProxyProtocol)
    {
        var text = Repository.Read("nginx.conf");
        text = ReplaceOnce(text, "listen 6000 ", $"listen {port} ");
        for (var i = 1; i <= NodesInTheFile; i++)
            text = ReplaceOnce(text, $"server node{i}:6000 ", $"server 127.0.0.1:{(i <= nodes.Length ? nodes[i - 1] : FreePort.Next())} ");
        Assert.Equal(NodesInTheFile, ServerLine().Count(text));
        return usesProxyProtocol ? ReplaceOnce(text, "# proxy_protocol on;", "proxy_protocol on;") : text;
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
