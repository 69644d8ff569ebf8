using ChatActors.Client;
using Spectre.Console;

namespace Chat.Client.Terminal;

/// <summary>
/// The console for people. In a terminal there is a line to type in, with messages appearing above; when input or output
/// is piped, lines are read and written plainly.
/// </summary>
sealed class InteractiveSession : IAsyncDisposable
{
    const int PlainWidth = 10_000;
    static readonly TimeSpan Farewell = TimeSpan.FromSeconds(3);

    readonly TerminalOptions _options;
    readonly TextReader _input;
    readonly ChatClient _client;
    readonly Contacts _contacts = new();
    readonly StateFile _state;
    readonly CommandRunner _runner;
    readonly Screen _screen;
    readonly LineEditor? _editor;
    readonly CancellationTokenSource _reading = new();
    readonly Lock _plainGate = new();
    Task _sending = Task.CompletedTask;

    public InteractiveSession(TerminalOptions options, TextReader input, TextWriter output)
    {
        _options = options;
        _input = input;
        _client = new(options.Client);
        _state = new(options.StatePath);
        var isTerminal = Keys.IsTerminal(output);
        _runner = new(_client, _contacts, options.HasTokenCommand, options.Client.TimeProvider) { WatchesTarget = isTerminal };
        var console = AnsiConsole.Create(new()
        {
            Out = new AnsiConsoleOutput(output),
            Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = isTerminal && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
                ? ColorSystemSupport.Detect
                : ColorSystemSupport.NoColors,
        });
        _screen = new(console, _contacts, () => _client.UserId, options.Client.TimeProvider);
        if (isTerminal && !Console.IsInputRedirected)
            _editor = new(Keys.Start(), output, () => Console.WindowWidth, new(_contacts, () => _client.UserId));
        else
            console.Profile.Width = PlainWidth;
    }

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _client.ConnectAsync(cancellationToken);
        }
        catch (ChatConnectionException e)
        {
            Print(() => _screen.WriteNotice(e.Message, "red"));
            return ExitCode.CannotConnect;
        }

        Print(() => _screen.WriteNotice($"connected to {_client.Endpoint}; /help lists the commands", "grey"));
        var events = ReadEventsAsync();
        await LogInAsync(cancellationToken);
        await RunCommandsAsync(cancellationToken);
        await SayGoodbyeAsync();
        await _reading.CancelAsync();
        await events;
        _state.Save(_client);
        return ExitCode.Success;
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        _reading.Dispose();
    }

    async Task LogInAsync(CancellationToken cancellationToken)
    {
        if (_options.HasTokenCommand)
            await RunAsync(new(CommandTable.Find("login")!, []), cancellationToken);
        if (_options.Name is not { } name || (_options.Password ?? await AskPasswordAsync(name, cancellationToken)) is not { } password)
            return;
        if (_options.Register)
            await RunAsync(new(CommandTable.Find("register")!, [name, password]), cancellationToken);
        await RunAsync(new(CommandTable.Find("login")!, [name, password]), cancellationToken);
    }

    async Task RunCommandsAsync(CancellationToken cancellationToken)
    {
        while (await ReadLineAsync(cancellationToken) is { } line)
        {
            if (string.IsNullOrWhiteSpace(line))
                continue;
            if (CommandReader.Read(line, out var error) is not { } call)
            {
                Print(() => _screen.WriteNotice(error, "red"));
                continue;
            }

            switch (call.Name)
            {
                case "quit":
                    return;
                case "login" when call[0] is not null && call[1] is null && await AskPasswordAsync(call[0]!, cancellationToken) is { } password:
                    await RunAsync(call with { Arguments = [call[0]!, password] }, cancellationToken);
                    break;
                case "msg" or "group" or "say" when _editor is not null:
                    // Acknowledgements may take a while; typing goes on, and each is shown when it has come.
                    _sending = Task.WhenAll(_sending, RunAsync(call, cancellationToken));
                    break;
                default:
                    await RunAsync(call, cancellationToken);
                    break;
            }
        }
    }

    async Task RunAsync(CommandCall call, CancellationToken cancellationToken)
    {
        var outcome = await _runner.RunAsync(call, cancellationToken);
        Print(() => _screen.WriteOutcome(outcome));
    }

    async Task ReadEventsAsync()
    {
        try
        {
            await foreach (var chatEvent in _client.ReadEventsAsync(_reading.Token))
            {
                if (chatEvent is MessageReceived { Message: var message })
                    _contacts.Learn(message);
                else if (chatEvent is Reconnected { Login: { } login })
                    _contacts.Learn(login);
                _ = GroupNames.LearnAsync(_client, _contacts, chatEvent, _reading.Token); // the answer comes behind this event: nothing waits for it
                Print(() => _screen.WriteEvent(chatEvent));
                _state.SaveSometimes(_client);
            }
        }
        catch (OperationCanceledException)
        {
            // The user leaves.
        }
    }

    /// <summary>What was typed last may not be acknowledged yet.</summary>
    async Task SayGoodbyeAsync()
    {
        if (_sending.IsCompleted)
            return;
        Print(() => _screen.WriteNotice("waiting for what was sent", "grey"));
        try
        {
            await _sending.WaitAsync(Farewell, _options.Client.TimeProvider);
        }
        catch (TimeoutException)
        {
            Print(() => _screen.WriteNotice("some messages were not acknowledged", "yellow"));
        }
    }

    async ValueTask<string?> ReadLineAsync(CancellationToken cancellationToken) => _editor is null
        ? await _input.ReadLineAsync(cancellationToken)
        : await _editor.ReadLineAsync(Prompt(), isSecret: false, cancellationToken);

    async Task<string?> AskPasswordAsync(string name, CancellationToken cancellationToken)
    {
        if (_editor is not null)
            return await _editor.ReadLineAsync($"password of {name}: ", isSecret: true, cancellationToken);
        Print(() => _screen.WriteNotice("the password is missing: it can only be asked for in a terminal", "red"));
        return null;
    }

    string Prompt()
    {
        if (_client.UserId is not { } ownId)
            return "> ";
        return Printable.Text(_runner.Target is { } target
            ? $"{_contacts.NameOf(ownId)} → {_contacts.NameOf(target, ownId)}> "
            : $"{_contacts.NameOf(ownId)}> ");
    }

    void Print(Action print)
    {
        if (_editor is not null)
        {
            _editor.PrintAbove(print);
            return;
        }

        lock (_plainGate)
            print();
    }
}
