using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Chat.Node.Hosting;
using Chat.Tests.Support;
using Dapper;
using Xunit;

namespace Chat.SystemTests.EndToEnd;

/// <summary>The built node in a process of its own, so that it can die.</summary>
sealed class NodeProcess : IAsyncDisposable
{
    public const int KilledExitCode = 128 + 9;

    readonly Process _process;
    readonly TestFolder? _folder;
    readonly TextWriter? _log;
    readonly ConcurrentQueue<string> _output = new();
    readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    NodeProcess(Process process, TestFolder? folder, int port, TextWriter? log = null, bool isUnread = false)
    {
        (_process, _folder, Port, _log) = (process, folder, port, log);
        if (isUnread)
            return;
        process.OutputDataReceived += (_, line) => Note(line.Data);
        process.ErrorDataReceived += (_, line) => Note(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Only against hanging: three nodes that start at once on a busy machine have taken 25 s.</summary>
    static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(90);

    public int Port { get; }

    public int HttpPort { get; private init; }

    /// <summary>Of the operating system.</summary>
    public int Id => _process.Id;

    /// <summary>What it has printed so far, if it does not go to a log of its own.</summary>
    public string Output => string.Join('\n', _output);

    /// <summary>Completes when it can be used.</summary>
    public Task Ready => _ready.Task;

    public bool HasExited => _process.HasExited;

    /// <summary>Starts it and waits until it can be used.</summary>
    public static async Task<NodeProcess> StartAsync(TestFolder folder, string? crashAt = null, params string[] settings)
    {
        var node = Launch(folder, crashAt, settings);
        try
        {
            await Task.WhenAny(node._ready.Task, node._process.WaitForExitAsync()).WaitAsync(StartPatience);
        }
        catch (TimeoutException)
        {
            // told below, with what it has printed
        }

        if (node._ready.Task.IsCompletedSuccessfully)
            return node;
        await node.DisposeAsync(); // else it would run beside all other tests
        throw new InvalidOperationException($"the node did not start: {node.Output}");
    }

    /// <summary>Starts it without waiting.</summary>
    public static NodeProcess Launch(TestFolder folder, string? crashAt = null, params string[] settings)
    {
        var (port, httpPort) = (FreePort.Next(), FreePort.Next());
        var launch = new NodeLaunch(
            [
                $"--Chat:Port={port}", $"--Chat:HttpPort={httpPort}", $"--Chat:Cluster:Port={folder.ClusterPort}", .. folder.Storage, .. settings,
            ],
            folder.Path)
        {
            CrashAt = crashAt,
        };
        return new NodeProcess(Start(launch), folder, port) { HttpPort = httpPort };
    }

    /// <summary>Starts it without waiting, with nothing but what is asked for.</summary>
    public static NodeProcess Launch(NodeLaunch launch, int port, TestFolder? folder = null) => new(Start(launch), folder, port, launch.Log);

    /// <summary>Starts it behind a shell command, which has to end with <c>exec "$@"</c>, and waits for its readiness.</summary>
    public static async Task<NodeProcess> StartBehindAsync(TestFolder folder, string shell, bool isUnread = false, params string[] settings)
    {
        var node = LaunchBehind(folder, shell, isUnread, settings);
        await Eventually.EqualAsync(true, async () => node.HasExited || await node.IsReadyAsync(), TestNode.Patience * 2);
        Assert.False(node.HasExited, node.Output);
        return node;
    }

    /// <summary>The same without waiting.</summary>
    public static NodeProcess LaunchBehind(TestFolder folder, string shell, bool isUnread = false, params string[] settings)
    {
        var (port, httpPort) = (FreePort.Next(), FreePort.Next());
        var launch = new NodeLaunch(
            [
                $"--Chat:Port={port}", $"--Chat:HttpPort={httpPort}", $"--Chat:Cluster:Port={folder.ClusterPort}", .. folder.Storage, .. settings,
            ],
            folder.Path)
        {
            Prefix = ["sh", "-c", shell, "sh"],
        };
        return new NodeProcess(Start(launch), folder, port, isUnread: isUnread) { HttpPort = httpPort };
    }

    /// <summary>Whoever reads what it prints is gone.</summary>
    public void StopReading()
    {
        _process.StandardOutput.Close();
        _process.StandardError.Close();
    }

    static Process Start(NodeLaunch launch)
    {
        var dotnet = Environment.ProcessPath is { } path && Path.GetFileName(path) == "dotnet" ? path : "dotnet";
        string[] command = [.. launch.Prefix, dotnet, typeof(ChatHost).Assembly.Location, "--Chat:Accounts:PasswordIterations=1000", .. launch.Settings];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = launch.WorkingDirectory,
        };
        // A node of a test lives for seconds: compiling the hot path at once, as the product does, would double what its start costs.
        start.Environment["DOTNET_TC_CallCountingDelayMs"] = "64"; // hexadecimal: the runtime's own 100 ms
        start.Environment["DOTNET_TieredPGO"] = "0";
        SetOrRemove("CHATACTORS_CRASH_AT", launch.CrashAt);
        SetOrRemove("CHATACTORS_FAULT", launch.Fault);
        SetOrRemove("CHATACTORS_CLOCK", launch.Clock);
        return Process.Start(start)!;

        void SetOrRemove(string name, string? value)
        {
            start.Environment.Remove(name);
            if (value is not null)
                start.Environment[name] = value;
        }
    }

    public Task<ModernTestClient> ConnectAsync() => ModernTestClient.ConnectAsync(Port);

    public Task<LegacyTestClient> ConnectLegacyAsync() => LegacyTestClient.ConnectAsync(Port);

    /// <summary>A new user, logged in.</summary>
    public async Task<ModernTestClient> LogInNewAsync(string name)
    {
        var client = await ConnectAsync();
        await client.RegisterAndLogInAsync(name);
        return client;
    }

    public async Task<ModernTestClient> LogInAsync(string name)
    {
        var client = await ConnectAsync();
        await client.LogInAsync(new { msgid = 1, name, password = "secret" });
        return client;
    }

    /// <summary>Waits until the first column of the first row is the expected value.</summary>
    public Task EventuallyAsync<T>(T expected, string sql) => Eventually.EqualAsync(expected, async () =>
    {
        await using var connection = await _folder!.OpenAsync();
        return await connection.ExecuteScalarAsync<T?>(sql);
    });

    public async Task<bool> IsReadyAsync()
    {
        try
        {
            return await ReadinessAsync() == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false; // not yet
        }
    }

    public async Task<HttpStatusCode> ReadinessAsync()
    {
        using var http = new HttpClient();
        return (await http.GetAsync(new Uri($"http://127.0.0.1:{HttpPort}/health/ready"))).StatusCode;
    }

    /// <summary>As <c>kill -9</c>.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await ExitAsync(KilledExitCode);
    }

    /// <summary>As <c>kill</c>, by its own process id.</summary>
    public Task TerminateAsync() => SignalAsync("TERM");

    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{_process.Id}"]);
        await kill.WaitForExitAsync().WaitAsync(TestNode.Patience);
    }

    /// <summary>Its exit code, when it has ended.</summary>
    public async Task<int> ExitCodeAsync()
    {
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    /// <summary>Waits until it has ended by itself.</summary>
    public async Task ExitAsync(int expectedCode)
    {
        await Task.WhenAny(_process.WaitForExitAsync(), Task.Delay(TestNode.Patience));
        Assert.True(_process.HasExited, $"has not ended: {Output}");
        Assert.True(_process.ExitCode == expectedCode, $"exit code {_process.ExitCode} instead of {expectedCode}: {Output}");
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    void Note(string? line)
    {
        if (line is null)
            return;
        if (_log is null)
            _output.Enqueue(line);
        else
            _log.WriteLine(line);
        if (line.Contains("ChatActors is ready", StringComparison.Ordinal))
            _ready.TrySetResult();
    }
}
