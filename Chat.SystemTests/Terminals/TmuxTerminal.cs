using System.Diagnostics;
using Chat.SystemTests.EndToEnd;
using Chat.SystemTests.Samples;
using Chat.Tests.Support;
using Xunit;

namespace Chat.SystemTests.Terminals;

/// <summary>A real terminal with a shell in it: tmux on a socket of its own.</summary>
sealed class TmuxTerminal : IAsyncDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("chat-tmux-").FullName;

    TmuxTerminal()
    {
    }

    /// <summary>Where the console writes its process id.</summary>
    public string PidFile => Path.Combine(_folder, "pid");

    public static async Task<TmuxTerminal> StartAsync(int width = 100, int height = 24)
    {
        var terminal = new TmuxTerminal();
        // Neither the settings of whoever runs the tests, nor the prompt of a shell of theirs.
        await terminal.RunAsync("-f", "/dev/null", "new-session", "-d", "-x", $"{width}", "-y", $"{height}", "env PS1='shell$ ' HISTFILE=/dev/null sh");
        await terminal.SeesAsync("shell$");
        return terminal;
    }

    /// <summary>Starts the console in the shell.</summary>
    public Task StartConsoleAsync(int port, string arguments) =>
        TypeAsync($"sh -c 'echo $$ > {PidFile}; exec dotnet {Sample.ProgramOf("Chat.Client")} --endpoint 127.0.0.1:{port} {arguments}'\n");

    /// <summary>Types a text; a line end is the enter key.</summary>
    public async Task TypeAsync(string text)
    {
        foreach (var line in text.Split('\n').SkipLast(1))
        {
            await RunAsync("send-keys", "-l", line);
            await PressAsync("Enter");
        }

        if (text.Split('\n')[^1] is { Length: > 0 } rest)
            await RunAsync("send-keys", "-l", rest);
    }

    /// <summary>Keys, as tmux calls them: <c>C-n</c>, <c>PageUp</c>.</summary>
    public Task PressAsync(params string[] keys) => RunAsync(["send-keys", .. keys]);

    public Task ResizeAsync(int width, int height) => RunAsync("resize-window", "-x", $"{width}", "-y", $"{height}");

    /// <summary>What is to be seen.</summary>
    public Task<string> CaptureAsync() => RunAsync("capture-pane", "-p");

    /// <summary>What tmux knows of the terminal, such as <c>alternate_on</c>.</summary>
    public async Task<string> AskAsync(string name) => (await RunAsync("display-message", "-p", $"#{{{name}}}")).Trim();

    public Task<string> SeesAsync(params string[] texts) => SeesAsync(screen => texts.All(text => screen.Contains(text, StringComparison.Ordinal)), string.Join(" and ", texts));

    public async Task<string> SeesAsync(Func<string, bool> condition, string what)
    {
        var since = Stopwatch.GetTimestamp();
        while (true)
        {
            var screen = await CaptureAsync();
            if (condition(screen))
                return screen;
            Assert.True(Stopwatch.GetElapsedTime(since) < TestNode.Patience * 2, $"{what} is not to be seen in:\n{screen}");
            await Task.Delay(50);
        }
    }

    /// <summary>A shell that shows what is typed, on the screen that was there before, with its cursor.</summary>
    public async Task IsGivenBackAsync()
    {
        // A program that is about to end still reads what is typed.
        await Eventually.EqualAsync("sh", async () => await AskAsync("pane_current_command"), TestNode.Patience * 2);
        Assert.Equal("0", await AskAsync("alternate_on"));
        await TypeAsync("echo back-$((40 + 2))\n");
        await SeesAsync("echo back-$((40 + 2))", "back-42");
        Assert.Equal("1", await AskAsync("cursor_flag"));
    }

    public async ValueTask DisposeAsync()
    {
        await RunAsync("kill-server");
        Directory.Delete(_folder, recursive: true);
    }

    async Task<string> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("tmux", ["-u", "-S", Path.Combine(_folder, "socket"), .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["LC_ALL"] = "C.UTF-8";
        start.Environment["TERM"] = "xterm-256color";
        foreach (var name in new[] { "TMUX", "NO_COLOR", "CHAT_PASSWORD" })
            start.Environment.Remove(name);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(TestNode.Patience);
        Assert.True(process.ExitCode == 0, $"tmux {string.Join(' ', arguments)}: {await error}");
        return await output;
    }
}
