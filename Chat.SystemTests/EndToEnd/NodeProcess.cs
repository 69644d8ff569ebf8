using System.Net;
using Chat.Checker.Processes;
using Chat.Tests.Support;
using Dapper;
using Xunit;

namespace Chat.SystemTests.EndToEnd;

/// <summary>The built node in a process of its own, so that it can die.</summary>
sealed class NodeProcess : IAsyncDisposable
{
    public const int KilledExitCode = LaunchedNode.KilledExitCode;

    readonly LaunchedNode _process;
    readonly TestFolder? _folder;

    NodeProcess(LaunchedNode process, TestFolder? folder, int port) => (_process, _folder, Port) = (process, folder, port);

    /// <summary>Only against hanging: three nodes that start at once on a busy machine have taken 25 s.</summary>
    static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(90);

    public int Port { get; }

    public int HttpPort { get; private init; }

    public int WebPort { get; private init; }

    /// <summary>Of the operating system.</summary>
    public int Id => _process.Id;

    /// <summary>What it has printed so far, if it does not go to a log of its own.</summary>
    public string Output => _process.Output;

    /// <summary>Completes when it can be used.</summary>
    public Task Ready => _process.Ready;

    public bool HasExited => _process.HasExited;

    /// <summary>Starts it and waits until it can be used.</summary>
    public static async Task<NodeProcess> StartAsync(TestFolder folder, string? crashAt = null, params string[] settings)
    {
        var node = Launch(folder, crashAt, settings);
        try
        {
            await Task.WhenAny(node.Ready, node._process.WaitForExitAsync()).WaitAsync(StartPatience);
        }
        catch (TimeoutException)
        {
            // told below, with what it has printed
        }

        if (node.Ready.IsCompletedSuccessfully)
            return node;
        await node.DisposeAsync(); // else it would run beside all other tests
        throw new InvalidOperationException($"the node did not start: {node.Output}");
    }

    /// <summary>Starts it without waiting.</summary>
    public static NodeProcess Launch(TestFolder folder, string? crashAt = null, params string[] settings)
    {
        var (port, webPort, httpPort) = (FreePort.Next(), FreePort.Next(), FreePort.Next());
        var launch = new NodeLaunch(
            [
                $"--Chat:Port={port}", $"--Chat:WebPort={webPort}", $"--Chat:HttpPort={httpPort}", $"--Chat:Cluster:Port={folder.ClusterPort}", .. folder.Storage, .. settings,
            ],
            folder.Path)
        {
            CrashAt = crashAt,
        };
        return new NodeProcess(new LaunchedNode(launch), folder, port) { WebPort = webPort, HttpPort = httpPort };
    }

    /// <summary>Starts it without waiting, with nothing but what is asked for.</summary>
    public static NodeProcess Launch(NodeLaunch launch, int port, TestFolder? folder = null) => new(new LaunchedNode(launch), folder, port);

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
        var (port, webPort, httpPort) = (FreePort.Next(), FreePort.Next(), FreePort.Next());
        var launch = new NodeLaunch(
            [
                $"--Chat:Port={port}", $"--Chat:WebPort={webPort}", $"--Chat:HttpPort={httpPort}", $"--Chat:Cluster:Port={folder.ClusterPort}", .. folder.Storage, .. settings,
            ],
            folder.Path)
        {
            Prefix = ["sh", "-c", shell, "sh"],
        };
        return new NodeProcess(new LaunchedNode(launch, isUnread), folder, port) { WebPort = webPort, HttpPort = httpPort };
    }

    /// <summary>Whoever reads what it prints is gone.</summary>
    public void StopReading() => _process.StopReading();

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
    public Task EventuallyAsync<T>(T expected, string sql) => Eventually.EqualAsync(expected, () => ScalarAsync<T>(sql));

    /// <summary>The first column of the first row, from the database itself.</summary>
    public async Task<T?> ScalarAsync<T>(string sql)
    {
        await using var connection = await _folder!.OpenAsync();
        return await connection.ExecuteScalarAsync<T?>(sql);
    }

    /// <summary>Writes as another process would.</summary>
    public async Task ExecuteAsync(string sql)
    {
        await using var connection = await _folder!.OpenForWritingAsync();
        await connection.ExecuteAsync(sql);
    }

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

    public Task SignalAsync(string signal) => _process.SignalAsync(signal);

    /// <summary>Its exit code, when it has ended.</summary>
    public Task<int> ExitCodeAsync() => _process.ExitCodeAsync();

    /// <summary>Waits until it has ended by itself.</summary>
    public async Task ExitAsync(int expectedCode)
    {
        await Task.WhenAny(_process.WaitForExitAsync(), Task.Delay(TestNode.Patience));
        Assert.True(_process.HasExited, $"has not ended: {Output}");
        Assert.True(_process.ExitCode == expectedCode, $"exit code {_process.ExitCode} instead of {expectedCode}: {Output}");
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
