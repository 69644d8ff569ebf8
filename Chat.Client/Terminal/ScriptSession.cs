using Chat.Protocol;
using ChatActors.Client;

namespace Chat.Client.Terminal;

/// <summary>
/// Reads commands from a stream, one a line, carries them out one after another, and writes a JSON line for each outcome
/// and each event. Empty lines and lines that begin with <c>#</c> are skipped. Ends with an <see cref="ExitCode"/>.
/// </summary>
sealed class ScriptSession(TerminalOptions options, TextReader input, TextWriter output) : IDisposable
{
    readonly JsonLines _lines = new(output);
    readonly StateFile _state = new(options.StatePath);
    readonly Contacts _contacts = new();
    readonly MessageCounter _received = new();
    bool _hasFailed;

    public void Dispose() => _received.Dispose();

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        using var reading = new CancellationTokenSource();
        await using var client = new ChatClient(options.Client);
        try
        {
            await client.ConnectAsync(cancellationToken);
        }
        catch (ChatConnectionException e)
        {
            _lines.WriteOutcome("connect", 0, new CommandFailed(ErrorCode.None, e.Message));
            return ExitCode.CannotConnect;
        }

        _lines.WriteConnected(client.Endpoint, client.Node);
        var events = ReadEventsAsync(client, reading.Token);
        var runner = new CommandRunner(client, _contacts, options.HasTokenCommand, options.Client.TimeProvider);
        if (await LogInAsync(runner, cancellationToken))
            await RunCommandsAsync(runner, cancellationToken);
        await reading.CancelAsync();
        await events;
        _state.Save(client);
        return _hasFailed ? ExitCode.CommandFailed : ExitCode.Success;
    }

    /// <summary>What the command line asked for; without it the rest makes no sense.</summary>
    async Task<bool> LogInAsync(CommandRunner runner, CancellationToken cancellationToken)
    {
        if (options.HasTokenCommand)
            return await RunAsync(runner, 0, CommandTable.Find("login")!, [], cancellationToken) is not CommandFailed;
        if (options.Name is not { } name)
            return true;
        if (options.Register)
        {
            var created = await RunAsync(runner, 0, CommandTable.Find("register")!, [name, options.Password ?? ""], cancellationToken);
            // A name that is taken may well be one's own: the login will tell.
            _hasFailed = created is CommandFailed { Code: not ErrorCode.Rejected };
        }

        return await RunAsync(runner, 0, CommandTable.Find("login")!, [name, options.Password ?? ""], cancellationToken) is not CommandFailed;
    }

    async Task RunCommandsAsync(CommandRunner runner, CancellationToken cancellationToken)
    {
        for (var line = 1; await input.ReadLineAsync(cancellationToken) is { } text; line++)
        {
            if (string.IsNullOrWhiteSpace(text) || text.StartsWith('#'))
                continue;
            if (CommandReader.Read(text, out var error) is not { } call)
                Report("unknown", line, new CommandFailed(ErrorCode.None, error));
            else if (call.Name == "quit")
                break;
            else
                await RunAsync(runner, line, call.Spec, call.Arguments, cancellationToken);
        }
    }

    async Task<CommandOutcome> RunAsync(
        CommandRunner runner, int line, CommandSpec spec, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var call = new CommandCall(spec, arguments);
        using var timeout = new CancellationTokenSource(options.Timeout);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        var outcome = call.Name switch
        {
            "wait" => await WaitAsync(call, cancellationToken),
            "sleep" => await SleepAsync(call, cancellationToken),
            _ => await runner.RunAsync(call, either.Token),
        };
        return Report(call.Name, line, outcome);
    }

    CommandOutcome Report(string command, int line, CommandOutcome outcome)
    {
        _hasFailed |= outcome is CommandFailed;
        _lines.WriteOutcome(command, line, outcome);
        return outcome;
    }

    async Task<CommandOutcome> WaitAsync(CommandCall call, CancellationToken cancellationToken)
    {
        try
        {
            var count = CommandRunner.Number(call[0]!, "COUNT");
            var patience = call[1] is { } seconds ? TimeSpan.FromSeconds(CommandRunner.Number(seconds, "SECONDS")) : options.Timeout;
            return await _received.TakeAsync(count, patience, cancellationToken)
                ? new CommandDone($"{count} messages received")
                : new CommandFailed(ErrorCode.None, $"{_received.Count} of {count} messages received in {patience.TotalSeconds} s");
        }
        catch (CommandException e)
        {
            return new CommandFailed(ErrorCode.None, e.Message);
        }
    }

    async Task<CommandOutcome> SleepAsync(CommandCall call, CancellationToken cancellationToken)
    {
        try
        {
            var pause = TimeSpan.FromMilliseconds(CommandRunner.Number(call[0]!, "MILLISECONDS"));
            await Task.Delay(pause, options.Client.TimeProvider, cancellationToken);
            return new CommandDone("slept");
        }
        catch (CommandException e)
        {
            return new CommandFailed(ErrorCode.None, e.Message);
        }
    }

    async Task ReadEventsAsync(ChatClient client, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var chatEvent in client.ReadEventsAsync(cancellationToken))
            {
                _lines.WriteEvent(chatEvent);
                if (chatEvent is MessageReceived { Message: var message })
                {
                    _contacts.Learn(message);
                    _received.Add();
                }
                else if (chatEvent is Reconnected { Login: { } login })
                {
                    _contacts.Learn(login);
                }

                _state.SaveSometimes(client);
            }
        }
        catch (OperationCanceledException)
        {
            // The script has ended.
        }
    }
}
