using System.Threading.Channels;
using Chat.Client.Terminal;
using ChatActors.Client;

namespace Chat.Client.FullScreen;

/// <summary>
/// The console on the whole screen. One loop owns what is shown: keys, events and answers are brought to it, and when it has nothing more to do it draws.
/// </summary>
sealed class FullScreenSession : IAsyncDisposable
{
    static readonly TimeSpan Farewell = TimeSpan.FromSeconds(3);
    static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    readonly TerminalOptions _options;
    readonly FullScreenTerminal _terminal;
    readonly ChatClient _client;
    readonly StateFile _state;
    readonly ChatModel _model = new(new Contacts());
    readonly ScreenView _view = new();
    readonly ScreenLayout _layout;
    readonly ScreenWriter _writer;
    readonly ChatActions _actions;
    readonly LineCommands _commands;
    readonly KeyBindings _keys;
    // Who writes waits when it is full: the reader of events, of keys, or of an answer.
    readonly Channel<Action> _work = Channel.CreateBounded<Action>(1024);
    readonly CancellationTokenSource _stop = new();
    bool _isLeaving;
    int _exitCode = ExitCode.Success;

    public FullScreenSession(TerminalOptions options, FullScreenTerminal terminal)
    {
        (_options, _terminal) = (options, terminal);
        _client = new(options.Client);
        _state = new(options.StatePath);
        var time = options.Client.TimeProvider;
        _layout = new(_model, _view, time.LocalTimeZone);
        _writer = new(terminal.HasColours);
        _actions = new(_client, _model, _view, Post, _stop.Token);
        _commands = new(_client, _model, _view, _actions, options, Post, Leave, _stop.Token);
        _keys = new(_model, _view, _actions, new(_model.Contacts, () => _client.UserId), _commands.Submit);
    }

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        using var outside = cancellationToken.Register(() => Post(Leave));
        using var signals = _terminal.Open(() => Post(Leave), () => Post(_writer.Forget));
        try
        {
            var pumps = Task.WhenAll(ReadKeysAsync(), ReadEventsAsync(), TickAsync(), ConnectAsync());
            await LoopAsync();
            await SayGoodbyeAsync();
            await _stop.CancelAsync();
            _work.Writer.TryComplete();
            await pumps;
        }
        finally
        {
            _terminal.Restore();
        }

        _state.Save(_client);
        if (_exitCode != ExitCode.Success)
            _terminal.Print(_view.Notice);
        return _exitCode;
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        _stop.Dispose();
    }

    async Task LoopAsync()
    {
        Draw();
        while (!_isLeaving && await _work.Reader.WaitToReadAsync())
        {
            while (!_isLeaving && _work.Reader.TryRead(out var work))
                work();
            Draw();
            if (IsSeen)
                _actions.MarkRead();
        }
    }

    /// <summary>Whether the newest messages of the conversation are on the screen.</summary>
    bool IsSeen => _view is { Below: 0, Panel: null, ShowsList: false };

    void Draw()
    {
        var (width, height) = _terminal.Size;
        _terminal.Write(_writer.Write(_layout.Draw(width, height, Now)));
    }

    DateTimeOffset Now => _options.Client.TimeProvider.GetUtcNow();

    void Leave() => _isLeaving = true;

    /// <summary>From any thread; after the end nothing is done any more.</summary>
    void Post(Action work)
    {
        if (!_work.Writer.TryWrite(work))
            _ = PostAsync(work);
    }

    async Task PostAsync(Action work)
    {
        try
        {
            await _work.Writer.WriteAsync(work, _stop.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or ChannelClosedException)
        {
            // The program ends.
        }
    }

    async Task ConnectAsync()
    {
        try
        {
            await _client.ConnectAsync(_stop.Token);
            Post(() =>
            {
                (_model.IsConnected, _model.Connection) = (true, $"{_client.Endpoint}");
                _commands.LogIn();
            });
        }
        catch (ChatConnectionException e)
        {
            Post(() =>
            {
                _exitCode = ExitCode.CannotConnect;
                _view.Say(e.Message, isError: true);
                Leave();
            });
        }
        catch (OperationCanceledException)
        {
            // The user leaves.
        }
    }

    async Task ReadKeysAsync()
    {
        try
        {
            await foreach (var key in _terminal.Keys.ReadAllAsync(_stop.Token))
            {
                await PostAsync(() =>
                {
                    if (_keys.Press(key))
                        Leave();
                });
            }

            Post(Leave); // the terminal is gone
        }
        catch (OperationCanceledException)
        {
            // The program ends.
        }
    }

    async Task ReadEventsAsync()
    {
        try
        {
            await foreach (var chatEvent in _client.ReadEventsAsync(_stop.Token))
                await PostAsync(() => Take(chatEvent));
        }
        catch (OperationCanceledException)
        {
            // The program ends.
        }
    }

    void Take(ChatEvent chatEvent)
    {
        if (chatEvent is Reconnected { Login: { } login })
            _model.LogIn(login);
        _model.Apply(chatEvent, IsSeen, Now);
        _commands.Explain(chatEvent);
        _actions.LearnGroup(chatEvent);
        if (chatEvent is CaughtUp)
            _actions.Refresh();
        _state.SaveSometimes(_client);
    }

    /// <summary>Typing ends by itself, and a terminal may have another size without a signal.</summary>
    async Task TickAsync()
    {
        using var timer = new PeriodicTimer(Tick, _options.Client.TimeProvider);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
                await PostAsync(() => { });
        }
        catch (OperationCanceledException)
        {
            // The program ends.
        }
    }

    async Task SayGoodbyeAsync()
    {
        _actions.KeepDraft();
        if (!_actions.Sending.IsCompleted)
        {
            _view.Say("waiting for what was sent");
            Draw();
        }

        try
        {
            await Task.WhenAll(_actions.Sending, _actions.Saving).WaitAsync(Farewell, _options.Client.TimeProvider);
        }
        catch (TimeoutException)
        {
            if (_actions.Sending.IsCompleted)
                return; // a draft is no message
            _view.Say("some messages were not acknowledged");
            _exitCode = ExitCode.CommandFailed;
        }
    }
}
