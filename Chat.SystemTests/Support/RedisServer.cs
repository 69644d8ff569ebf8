using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Chat.Checker.Processes;

namespace Chat.SystemTests.Support;

/// <summary>
/// A private Redis: in a temporary folder, on a free port of the loopback; it keeps nothing. Never skipped: where it is not
/// installed the tests fail and say so (test.sh installs it). There is none that tests share: channels are user ids, and every
/// test has a user 1.
/// </summary>
sealed class RedisServer : IAsyncDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    static readonly string[] Paths = ["/usr/bin", "/usr/local/bin"];

    readonly string[] _options;
    readonly EventHandler _atExit;
    Process? _shell;
    int _processId;

    RedisServer(string folder, int port, string[] options)
    {
        (Folder, Port, _options) = (folder, port, options);
        _atExit = (_, _) => Dispose();
        AppDomain.CurrentDomain.ProcessExit += _atExit;
    }

    public int Port { get; }

    public string Folder { get; }

    /// <summary>As clients want it.</summary>
    public string ConnectionString => $"127.0.0.1:{Port}";

    /// <summary>What the server has printed.</summary>
    public string Log => File.ReadAllText(Path.Combine(Folder, "log"));

    /// <param name="options">More of the server's own options.</param>
    public static async Task<RedisServer> StartNewAsync(params string[] options)
    {
        var server = new RedisServer(Directory.CreateTempSubdirectory("chat-redis-").FullName, FreePort.Next(), options);
        try
        {
            await server.StartAsync();
            return server;
        }
        catch (Exception)
        {
            server.Dispose();
            throw;
        }
    }

    /// <summary>Starts it on the port that it had before; it has forgotten everything.</summary>
    public async Task StartAsync()
    {
        // The shell outlives this process by a moment and takes the server with it, however this process ends.
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var argument in (string[])[
            "-c", """log=$1; shift; "$@" </dev/null >>"$log" 2>&1 & child=$!; echo $child; read line; kill -KILL $child; wait""", "sh",
            Path.Combine(Folder, "log"), Find("redis-server"), "--port", $"{Port}", "--bind", "127.0.0.1", "--dir", Folder,
            "--save", "", "--appendonly", "no", "--daemonize", "no", .. _options])
            start.ArgumentList.Add(argument);
        _shell = Process.Start(start)!;
        _processId = int.Parse((await _shell.StandardOutput.ReadLineAsync())!);
        var deadline = DateTime.UtcNow + Patience;
        while (true)
        {
            try
            {
                await CallAsync("PING");
                return;
            }
            catch (Exception e) when (e is SocketException or IOException && DateTime.UtcNow < deadline && IsRunning)
            {
                _ = e; // not up yet
                await Task.Delay(20);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"Redis did not start: {Log}", e);
            }
        }
    }

    /// <summary>A connection of its own, for what a client library does not show.</summary>
    public Task<RespConnection> ConnectAsync() => RespConnection.ConnectAsync(new IPEndPoint(IPAddress.Loopback, Port));

    /// <summary>How many subscribe to a channel.</summary>
    public async Task<long> SubscribersAsync(string channel) => (long)((object?[])(await CallAsync("PUBSUB", "NUMSUB", channel))!)[1]!;

    /// <summary>The channels that somebody subscribes to.</summary>
    public async Task<IReadOnlyList<string>> ChannelsAsync() =>
        [.. ((object?[])(await CallAsync("PUBSUB", "CHANNELS"))!).Select(name => Encoding.UTF8.GetString((byte[])name!)).Order(StringComparer.Ordinal)];

    /// <summary>How many have received it.</summary>
    public async Task<long> PublishAsync(string channel, string payload) => (long)(await CallAsync("PUBLISH", channel, payload))!;

    /// <summary>As <c>kill -9</c>.</summary>
    public Task KillAsync() => EndAsync("KILL");

    /// <summary>As <c>kill</c>: in good order. A frozen one does not hear it.</summary>
    public Task StopAsync() => EndAsync("TERM");

    /// <summary>It goes on living, but answers nothing.</summary>
    public Task FreezeAsync() => SignalAsync("STOP");

    public Task ThawAsync() => SignalAsync("CONT");

    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= _atExit;
        if (IsRunning)
            await KillAsync();
        Dispose();
    }

    bool IsRunning
    {
        get
        {
            try
            {
                return _processId != 0 && !File.ReadAllText($"/proc/{_processId}/stat").Contains(") Z ", StringComparison.Ordinal);
            }
            catch (IOException) // it is gone, or goes at this moment
            {
                return false;
            }
        }
    }

    async Task<object?> CallAsync(params string[] parts)
    {
        using var connection = await ConnectAsync();
        return await connection.CallAsync(parts).WaitAsync(Patience);
    }

    Task<string> SignalAsync(string signal) => _processId == 0 // to kill, 0 means this process and its family
        ? throw new InvalidOperationException("Redis is not running")
        : Command.RunAsync("kill", $"-{signal}", $"{_processId}");

    async Task EndAsync(string signal)
    {
        await SignalAsync(signal);
        var deadline = DateTime.UtcNow + Patience;
        while (IsRunning)
        {
            if (DateTime.UtcNow > deadline)
                throw new InvalidOperationException($"Redis did not end on {signal}");
            await Task.Delay(20);
        }

        // It counts as ended when its first thread has, but its port is free when its last has: then the shell's wait is over.
        if (CloseShell() is { } shell)
            await shell.WaitForExitAsync().WaitAsync(Patience);
    }

    void Dispose()
    {
        if (IsRunning)
            Process.Start("kill", ["-KILL", $"{_processId}"]).WaitForExit();
        CloseShell();
        try
        {
            Directory.Delete(Folder, recursive: true);
        }
        catch (IOException)
        {
            // its last file may not be closed yet: the system's temporary folder is cleaned anyway
        }
    }

    /// <summary>The shell, which ends soon. The number of a process that has ended may be another's by then.</summary>
    Process? CloseShell()
    {
        _processId = 0;
        var shell = _shell;
        _shell = null;
        shell?.StandardInput.Close();
        return shell;
    }

    static string Find(string program) =>
        Paths.Select(path => Path.Combine(path, program)).FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException($"{program} is not installed: the tests need the package redis-server (see test.sh)");
}
