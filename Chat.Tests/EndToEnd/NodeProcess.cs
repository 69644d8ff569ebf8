using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Chat.Node.Hosting;
using Dapper;
using Xunit;

namespace Chat.Tests.EndToEnd;

/// <summary>The built node in a process of its own, so that it can die.</summary>
sealed class NodeProcess : IAsyncDisposable
{
    public const int KilledExitCode = 128 + 9;

    readonly Process _process;
    readonly TestFolder _folder;
    readonly ConcurrentQueue<string> _output = new();
    readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    NodeProcess(Process process, TestFolder folder, int port)
    {
        (_process, _folder, Port) = (process, folder, port);
        process.OutputDataReceived += (_, line) => Note(line.Data);
        process.ErrorDataReceived += (_, line) => Note(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int Port { get; }

    /// <summary>What it has printed so far.</summary>
    public string Output => string.Join('\n', _output);

    /// <summary>Starts it and waits until it can be used.</summary>
    public static async Task<NodeProcess> StartAsync(TestFolder folder, string? crashAt = null, params string[] settings)
    {
        var node = Launch(folder, crashAt, settings);
        var exited = node._process.WaitForExitAsync();
        await Task.WhenAny(node._ready.Task, exited).WaitAsync(TestNode.Patience);
        Assert.True(node._ready.Task.IsCompletedSuccessfully, node.Output);
        return node;
    }

    /// <summary>Starts it without waiting.</summary>
    public static NodeProcess Launch(TestFolder folder, string? crashAt = null, params string[] settings)
    {
        var (port, httpPort) = FreePorts();
        var start = new ProcessStartInfo(Environment.ProcessPath is { } path && Path.GetFileName(path) == "dotnet" ? path : "dotnet")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder.Path,
        };
        foreach (var argument in (string[])[
            typeof(ChatHost).Assembly.Location, $"--Chat:Port={port}", $"--Chat:HttpPort={httpPort}", "--Chat:Cluster:Port=0",
            "--Chat:Accounts:PasswordIterations=1000", .. folder.Storage, .. settings])
            start.ArgumentList.Add(argument);
        start.Environment.Remove("CHATACTORS_CRASH_AT");
        if (crashAt is not null)
            start.Environment["CHATACTORS_CRASH_AT"] = crashAt;
        return new NodeProcess(Process.Start(start)!, folder, port);
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
        await using var connection = await _folder.OpenAsync();
        return await connection.ExecuteScalarAsync<T?>(sql);
    });

    /// <summary>As <c>kill -9</c>.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await ExitAsync(KilledExitCode);
    }

    /// <summary>As <c>kill</c>, by its own process id.</summary>
    public async Task TerminateAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        await kill.WaitForExitAsync().WaitAsync(TestNode.Patience);
    }

    /// <summary>Waits until it has ended by itself.</summary>
    public async Task ExitAsync(int expectedCode)
    {
        await _process.WaitForExitAsync().WaitAsync(TestNode.Patience);
        Assert.True(_process.ExitCode == expectedCode, $"exit code {_process.ExitCode} instead of {expectedCode}: {Output}");
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    static (int, int) FreePorts()
    {
        using var first = new TcpListener(IPAddress.Loopback, 0);
        using var second = new TcpListener(IPAddress.Loopback, 0);
        first.Start();
        second.Start();
        return (((IPEndPoint)first.LocalEndpoint).Port, ((IPEndPoint)second.LocalEndpoint).Port);
    }

    void Note(string? line)
    {
        if (line is null)
            return;
        _output.Enqueue(line);
        if (line.Contains("ChatActors is ready", StringComparison.Ordinal))
            _ready.TrySetResult();
    }
}
