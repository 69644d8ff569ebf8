using System.CommandLine;
using System.CommandLine.Help;
using System.Text.Encodings.Web;
using System.Text.Json;
using Chat.Ctl.Commands;

namespace Chat.Ctl;

/// <summary>What a command has to say.</summary>
/// <param name="Json">For programs.</param>
/// <param name="Text">For people.</param>
/// <param name="ExitCode">For scripts.</param>
readonly record struct Answer(JsonElement Json, string Text, int ExitCode = ExitCode.Done)
{
    /// <summary>The command has written by itself what there was.</summary>
    public static readonly Answer Nothing = new(default, "");

    /// <summary>For people nothing but the words.</summary>
    public static Answer Of(JsonElement json, string text) => new(json, text);
}

/// <summary>One command: what it does with a node.</summary>
delegate Task<Answer> CtlWork(ParseResult parsed, NodeApi api, CancellationToken cancelled);

/// <summary>A command that needs no node, and no key.</summary>
delegate Task<Answer> LocalWork(ParseResult parsed, CancellationToken cancelled);

/// <summary>Makes a command that needs no node.</summary>
delegate Command MakeLocalCommand(string name, string description, IReadOnlyList<Symbol> symbols, LocalWork work);

/// <summary>The program: options that all commands have, and what becomes of their answers.</summary>
sealed class CtlProgram(TextReader input, TextWriter output, TextWriter error)
{
    const string NodeVariable = "CHATCTL_NODE";
    const string KeyVariable = "CHATCTL_KEY";
    const string DefaultNode = "http://127.0.0.1:8080";

    static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    readonly Option<string?> _node = new("--node") { Description = $"Internal port of a node, like {DefaultNode}; else the variable {NodeVariable}", Recursive = true };
    readonly Option<string?> _keyFile = new("--key-file") { Description = $"File with a key of the API; else the variable {KeyVariable}", Recursive = true };
    readonly Option<bool> _json = new("--json") { Description = "Print the answer as JSON", Recursive = true };
    readonly Option<int> _timeout = SecondsOption.Create("--timeout", "Seconds that one answer may take", 10);

    public async Task<int> RunAsync(string[] arguments, CancellationToken cancelled = default)
    {
        var parsed = Root().Parse(arguments);
        if (parsed.Errors.Count == 0)
            return await parsed.InvokeAsync(new() { Output = output, Error = error }, cancelled);
        if (arguments.Contains(_json.Name))
            await WriteErrorAsync(isJson: true, new CtlException(ExitCode.WrongUsage, string.Join(' ', parsed.Errors.Select(wrong => wrong.Message))));
        else
            await parsed.InvokeAsync(new() { Output = error, Error = error }, cancelled); // with the help
        return ExitCode.WrongUsage;
    }

    /// <summary>All commands.</summary>
    public Command Root()
    {
        var root = new Command("chatctl", "Looks at ChatActors nodes and steers them, over the HTTP API of their internal port.") { new HelpOption(), new VersionOption(), _node, _keyFile, _json, _timeout };
        _timeout.Recursive = true;
        foreach (var command in NodeCommands.All(Make).Append(TopCommand.Create(Make, output)).Concat(UserCommands.All(Make, input, output)).Concat(StoredCommands.All(Make)).Concat(AuditCommands.All(Make)).Concat(ConfigCommands.All(Make, MakeLocal)).Append(BackupCommands.Create(MakeLocal)))
            root.Add(command);
        return root;
    }

    Command Make(string name, string description, IReadOnlyList<Symbol> symbols, CtlWork work) => Make(name, description, symbols, async (parsed, cancelled) =>
    {
        using var api = new NodeApi(NodeOf(parsed), await KeyOfAsync(parsed, cancelled), TimeSpan.FromSeconds(parsed.GetValue(_timeout)));
        return await work(parsed, api, cancelled);
    });

    Command MakeLocal(string name, string description, IReadOnlyList<Symbol> symbols, LocalWork work) => Make(name, description, symbols, new Func<ParseResult, CancellationToken, Task<Answer>>(work));

    Command Make(string name, string description, IReadOnlyList<Symbol> symbols, Func<ParseResult, CancellationToken, Task<Answer>> work)
    {
        var command = new Command(name, description);
        foreach (var symbol in symbols)
        {
            if (symbol is Argument argument)
                command.Add(argument);
            else
                command.Add((Option)symbol);
        }

        command.SetAction((parsed, cancelled) => RunAsync(parsed, work, cancelled));
        return command;
    }

    async Task<int> RunAsync(ParseResult parsed, Func<ParseResult, CancellationToken, Task<Answer>> work, CancellationToken cancelled)
    {
        var isJson = parsed.GetValue(_json);
        try
        {
            var answer = await work(parsed, cancelled);
            if (answer.Json.ValueKind != JsonValueKind.Undefined)
                await output.WriteLineAsync(isJson ? JsonSerializer.Serialize(answer.Json, Indented) : answer.Text);
            return answer.ExitCode;
        }
        catch (CtlException e)
        {
            await WriteErrorAsync(isJson, e);
            return e.ExitCode;
        }
    }

    Task WriteErrorAsync(bool isJson, CtlException e) =>
        error.WriteLineAsync(isJson ? JsonSerializer.Serialize(new { error = e.Message, exit = e.ExitCode }, Indented) : $"chatctl: {e.Message}");

    Uri NodeOf(ParseResult parsed)
    {
        var node = parsed.GetValue(_node) ?? Variable(NodeVariable) ?? DefaultNode;
        return Uri.TryCreate(node, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            ? uri
            : throw new CtlException(ExitCode.WrongUsage, $"\"{node}\" is no address of a node: something like {DefaultNode} is expected");
    }

    /// <summary>Never an argument: every user of the machine sees those.</summary>
    async Task<string?> KeyOfAsync(ParseResult parsed, CancellationToken cancelled)
    {
        if (parsed.GetValue(_keyFile) is not { } file)
            return Checked(Variable(KeyVariable), KeyVariable);
        try
        {
            return Checked((await File.ReadAllTextAsync(file, cancelled)).Trim(), file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CtlException(ExitCode.WrongUsage, $"the key cannot be read: {e.Message}", e);
        }
    }

    static string? Checked(string? key, string place) => key is null || (key.Length > 0 && key.All(letter => letter is > ' ' and < '\x7f'))
        ? key
        : throw new CtlException(ExitCode.WrongUsage, $"{place} holds no key: one line of printable ASCII is expected");

    static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
