using Chat.Client.Terminal;
using Chat.Protocol;
using ChatActors.Client;
using Spectre.Console;

namespace Chat.Client.FullScreen;

/// <summary>Lines that are typed on the full screen: messages, and the same commands as without it.</summary>
sealed class LineCommands
{
    const int PrintedWidth = 10_000;
    const int MaxWaiting = 100;

    /// <summary>Behind them lines go to somebody else: what is typed meanwhile waits.</summary>
    static readonly HashSet<string> Choosing = ["to", "join", "create", "leave", "login", "register", "logout"];

    readonly ChatClient _client;
    readonly ChatModel _model;
    readonly ScreenView _view;
    readonly ChatActions _actions;
    readonly TerminalOptions _options;
    readonly CommandRunner _runner;
    readonly Action<Action> _post;
    readonly Action _leave;
    readonly CancellationToken _stop;
    readonly Queue<CommandCall> _waiting = new();
    (string Name, bool IsNew)? _withoutPassword;
    bool _isChoosing;

    public LineCommands(
        ChatClient client, ChatModel model, ScreenView view, ChatActions actions, TerminalOptions options, Action<Action> post, Action leave, CancellationToken stop)
    {
        (_client, _model, _view, _actions, _options, _post, _leave, _stop) = (client, model, view, actions, options, post, leave, stop);
        _runner = new(client, model.Contacts, options.HasTokenCommand, options.Client.TimeProvider);
    }

    /// <summary>What the command line has asked for.</summary>
    public void LogIn()
    {
        if (_options.HasTokenCommand)
            Run(new(CommandTable.Find("login")!, []));
        else if (_options.Name is { } name)
            LogIn(name, _options.Password, _options.Register);
        else
            _view.Say("/login NAME, or /register NAME PASSWORD first; /help lists the commands");
    }

    public void Submit(string line)
    {
        if (_view.Mode == InputMode.Secret)
        {
            _view.Mode = InputMode.Line;
            if (_withoutPassword is { } waiting && line.Length > 0)
                LogIn(waiting.Name, line, waiting.IsNew);
            _withoutPassword = null;
            return;
        }

        if (CommandReader.Read(line, out var error) is not { } call)
            _view.Say(error, isError: true);
        else if (!_isChoosing || call.Name == "quit")
            Run(call);
        else if (_waiting.Count < MaxWaiting)
            _waiting.Enqueue(call);
        else
            _view.Say($"{MaxWaiting} lines wait already: \"{line}\" was not taken", isError: true);
    }

    /// <summary>Says what people have to know of an event beside the messages.</summary>
    public void Explain(ChatEvent chatEvent)
    {
        if (chatEvent is MessageReceived or MessageChanged or PresenceChanged or TypingChanged or ConnectionLost or Reconnected or SettingsChanged)
            return;
        var lines = Print(screen => screen.WriteEvent(chatEvent));
        if (lines.Count > 0)
            _view.Say(lines[0], chatEvent is LoggedOut);
    }

    void LogIn(string name, string? password, bool isNew)
    {
        if (password is null)
        {
            _withoutPassword = (name, isNew);
            (_view.Mode, _view.Prompt) = (InputMode.Secret, $"password of {name}");
            return;
        }

        var login = new CommandCall(CommandTable.Find("login")!, [name, password]);
        if (isNew)
            Run(new(CommandTable.Find("register")!, [name, password]), then: () => Run(login));
        else
            Run(login);
    }

    void Run(CommandCall call, Action? then = null)
    {
        switch (call.Name)
        {
            case "quit":
                _leave();
                break;
            case "login" when call[0] is { } name && call[1] is null:
                LogIn(name, null, isNew: false);
                break;
            case "say" when _model.Selected is { } selected:
                _actions.Send(selected, call[0]!, 0);
                break;
            case "say":
                if (_view.Input.Text.Length == 0)
                    _view.Input.Set(call[0] is ['/', ..] ? $"/{call[0]}" : call[0]!); // it need not be typed again
                _view.Say("to whom? Ctrl-N opens a conversation, /to WHO a new one", isError: true);
                break;
            default:
                _runner.Target = _model.Selected;
                _isChoosing |= Choosing.Contains(call.Name);
                _ = RunAsync(call, then);
                break;
        }
    }

    async Task RunAsync(CommandCall call, Action? then)
    {
        var outcome = await _runner.RunAsync(call, _stop);
        _post(() =>
        {
            Show(call, outcome);
            if (Choosing.Contains(call.Name))
                EndChoosing(outcome);
            then?.Invoke();
            while (!_isChoosing && _waiting.TryDequeue(out var next))
                Run(next);
        });
    }

    /// <summary>What was typed for a conversation that there is not must not go to the one before.</summary>
    void EndChoosing(CommandOutcome outcome)
    {
        _isChoosing = false;
        if (outcome is not CommandFailed || _waiting.Count == 0)
            return;
        _waiting.Clear();
        _view.Say($"what was typed behind it was not taken: {_view.Notice}", isError: true);
    }

    void Show(CommandCall call, CommandOutcome outcome)
    {
        switch (outcome)
        {
            case UserLoggedIn { Login: var login }:
                _model.LogIn(login);
                _view.Follow();
                _actions.Refresh();
                break;
            case MessageSent sent:
                _actions.Reload(sent.Message.Conversation);
                if (_model.Selected is null)
                    _actions.Open(sent.Message.Conversation, keepsLine: true); // the next line is most likely for the same one
                break;
            case SettingsShown shown:
                _model.Show(shown.Settings);
                break;
            case CommandDone when call.Name == "logout":
                _model.LogOut();
                _view.Follow();
                break;
            case TargetChosen { Target: { } target }:
                _actions.Open(target, keepsLine: true);
                return;
            case TargetChosen:
                _model.Close();
                return;
            case CommandDone when call.Name == "join" && _model.Contacts.FindGroup(call[0]!) is { } joined:
                _actions.Open(ConversationId.Group(joined), keepsLine: true);
                break;
            case ConversationKept kept:
                _model.Apply(kept.Change with { Draft = _model.EntryOf(kept.Change.Conversation).Draft }, isSeen: false, _options.Client.TimeProvider.GetUtcNow());
                _actions.Refresh();
                break;
            case CommandDone when call.Name is "leave" or "disband" && _model.Contacts.FindGroup(call[0]!) is { } left:
                _model.Drop(ConversationId.Group(left));
                break;
            case GroupCreated group:
                _actions.Open(ConversationId.Group(group.GroupId), keepsLine: true);
                break;
        }

        var lines = outcome is UserLoggedIn { Login: var who } ? [$"logged in as {who.Name} (id {who.Id})"] : Print(screen => screen.WriteOutcome(outcome));
        if (lines.Count == 1)
            _view.Say(lines[0], outcome is CommandFailed);
        else if (lines.Count > 1)
            _view.ShowPanel(lines);
    }

    /// <summary>As the console prints it without the full screen.</summary>
    List<string> Print(Action<Screen> print)
    {
        using var output = new StringWriter();
        var console = AnsiConsole.Create(new() { Out = new AnsiConsoleOutput(output), Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors });
        console.Profile.Width = PrintedWidth;
        print(new(console, _model.Contacts, () => _client.UserId, _options.Client.TimeProvider));
        return [.. output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.TrimEnd('\r'))];
    }
}
