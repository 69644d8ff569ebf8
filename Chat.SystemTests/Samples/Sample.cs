using System.Collections.Concurrent;
using System.Diagnostics;
using Chat.Tests.Support;

namespace Chat.SystemTests.Samples;

/// <summary>A program of <c>samples/</c> in a process of its own, as somebody runs it who has read its README.</summary>
sealed class Sample : IAsyncDisposable
{
    readonly Process _process;
    readonly ConcurrentQueue<string> _output = new();

    Sample(Process process)
    {
        _process = process;
        _process.OutputDataReceived += (_, line) => Note(line.Data);
        _process.ErrorDataReceived += (_, line) => Note(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public IReadOnlyCollection<string> Output => _output;

    public bool HasExited => _process.HasExited;

    /// <summary>The built program: beside that of the tests.</summary>
    public static string ProgramOf(string sample)
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory); // artifacts/bin/Chat.SystemTests/debug
        return Path.Combine(own.Parent!.Parent!.FullName, sample, own.Name, $"{sample}.dll");
    }

    public static Sample Start(string sample, Dictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [ProgramOf(sample), .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.Combine(Repository.Root, "samples", sample),
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return new Sample(Process.Start(start)!);
    }

    /// <summary>The first line that it has printed, or prints, with a text in it.</summary>
    public async Task<string> PrintsAsync(string text, TimeSpan? patience = null)
    {
        string? Found() => _output.FirstOrDefault(line => line.Contains(text, StringComparison.Ordinal));
        await Eventually.EqualAsync(true, () => Task.FromResult(Found() is not null || HasExited), patience ?? Eventually.Patience * 3);
        return Found() ?? throw new InvalidOperationException($"\"{text}\" was not printed: {string.Join('\n', _output)}");
    }

    /// <summary>As <c>kill -9</c>.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await KillAsync();
        _process.Dispose();
    }

    void Note(string? line)
    {
        if (line is not null)
            _output.Enqueue(line);
    }
}
