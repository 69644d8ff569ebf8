using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using Chat.Client.FullScreen;
using ChatActors.Client;

namespace Chat.Client.Terminal;

/// <summary>The console program: its options, and which of the two sessions they ask for.</summary>
sealed class CommandLineProgram(TextReader input, TextWriter output, TextWriter error)
{
    const string PasswordVariable = "CHAT_PASSWORD";

    readonly Option<string> _host = new("--host") { Description = "Server to connect to", DefaultValueFactory = _ => "127.0.0.1" };
    readonly Option<int> _port = new("--port", "-p") { Description = "Its port", DefaultValueFactory = _ => ChatEndpoint.DefaultPort };
    readonly Option<string[]> _endpoints = new("--endpoint")
    {
        Description = "HOST:PORT, or ws://HOST:PORT/ws, instead of --host and --port; repeat it for the servers of a cluster",
    };

    readonly Option<bool> _tls = new("--tls") { Description = "Speak TLS" };
    readonly Option<bool> _insecure = new("--insecure") { Description = "With --tls: accept any certificate" };
    readonly Option<string?> _name = new("--name", "-n") { Description = "Name or id to log in as" };
    readonly Option<string?> _password = new("--password") { Description = $"Its password; else the variable {PasswordVariable} or a question" };
    readonly Option<string?> _tokenCommand = new("--token-command") { Description = "Command of the shell that prints a token (JWT) of the product to log in with; run again when the token expires" };
    readonly Option<bool> _register = new("--register") { Description = "Create the account first, if the name is free" };

    readonly Option<bool> _script = new("--script", "-s")
    {
        Description = "Read commands from standard input, write one JSON line per event and outcome",
    };

    readonly Option<bool> _plain = new("--plain") { Description = "In a terminal: lines, instead of the whole screen" };

    readonly Option<string?> _files = new("--files")
    {
        Description = "Web address of the server for files, such as http://127.0.0.1:8000/; an endpoint ws:// names it already",
    };

    readonly Option<int> _timeout = new("--timeout")
    {
        Description = "Seconds that a command of a script may take",
        DefaultValueFactory = _ => 30,
    };

    readonly Option<string?> _device = new("--device")
    {
        Description = "What this device is called in /devices, always the same; with it the user sees where it is logged in, and can log it out from elsewhere",
    };

    readonly Option<string?> _state = new("--state") { Description = "File that remembers what has been shown" };

    public async Task<int> RunAsync(string[] arguments, CancellationToken cancellationToken = default)
    {
        var root = new Command("chatactors", "Chat in a terminal, or from a script. Inside, /help lists the commands.")
        {
            new HelpOption(), new VersionOption(), _host, _port, _endpoints, _tls, _insecure, _name, _password, _tokenCommand, _register, _script, _plain, _files, _timeout, _device, _state,
        };
        AddValidators(root);
        root.SetAction(RunAsync);
        var parsed = root.Parse(arguments);
        var outcome = await parsed.InvokeAsync(new() { Output = output, Error = error }, cancellationToken);
        return parsed.Errors.Count > 0 ? ExitCode.WrongUsage : outcome;
    }

    void AddValidators(Command root)
    {
        _endpoints.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => !ChatEndpoint.TryParse(token.Value, out _)))
                result.AddError($"--endpoint {token.Value}: expected HOST:PORT, ws://HOST:PORT/ws or wss://HOST/ws");
        });
        _files.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => !IsWeb(token.Value, out _)))
                result.AddError($"--files {token.Value}: expected http://HOST:PORT/ or https://HOST/");
        });
        _port.Validators.Add(result => RequireBetween(result, 1, 65535));
        _timeout.Validators.Add(result => RequireBetween(result, 1, 86400));
        root.Validators.Add(result =>
        {
            var hasName = result.GetValue(_name) is not null;
            if (result.GetValue(_register) && !hasName)
                result.AddError("--register needs --name");
            if (hasName && result.GetValue(_tokenCommand) is not null)
                result.AddError("--token-command says who you are: leave --name out");
            if (result.GetValue(_script) && hasName && PasswordIn(result.GetValue(_password)) is null)
                result.AddError($"--script cannot ask for the password: give --password or set {PasswordVariable}");
        });
    }

    /// <summary>What is no number at all is refused already.</summary>
    static void RequireBetween(OptionResult result, int low, int high)
    {
        foreach (var token in result.Tokens)
        {
            if (int.TryParse(token.Value, out var value) && (value < low || value > high))
                result.AddError($"{result.Option.Name} must be between {low} and {high}");
        }
    }

    async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var statePath = parsed.GetValue(_state);
        var options = new TerminalOptions(ToClientOptions(parsed) with { State = StateFile.Load(statePath) })
        {
            Name = parsed.GetValue(_name),
            Password = PasswordIn(parsed.GetValue(_password)),
            Register = parsed.GetValue(_register),
            IsPlain = parsed.GetValue(_plain),
            Timeout = TimeSpan.FromSeconds(parsed.GetValue(_timeout)),
            StatePath = statePath,
        };
        if (parsed.GetValue(_script))
        {
            using var script = new ScriptSession(options, input, output);
            return await script.RunAsync(cancellationToken);
        }

        if (!options.IsPlain && FullScreenTerminal.Find(output) is { } terminal)
        {
            await using var full = new FullScreenSession(options, terminal);
            return await full.RunAsync(cancellationToken);
        }

        await using var session = new InteractiveSession(options, input, output);
        return await session.RunAsync(cancellationToken);
    }

    ChatClientOptions ToClientOptions(ParseResult parsed)
    {
        var endpoints = new List<ChatEndpoint>();
        foreach (var text in parsed.GetValue(_endpoints) ?? [])
        {
            if (ChatEndpoint.TryParse(text, out var endpoint))
                endpoints.Add(endpoint);
        }

        if (endpoints.Count == 0)
            endpoints.Add(new(parsed.GetValue(_host)!, parsed.GetValue(_port)));
        return new()
        {
            Endpoints = endpoints,
            ClientName = "chat-console/0.1.0",
            GetToken = parsed.GetValue(_tokenCommand) is { } command ? stop => TokenCommand.RunAsync(command, stop) : null,
            Device = parsed.GetValue(_device) is { Length: > 0 } device ? new(device, Platform: "console") : null,
            FilesAddress = parsed.GetValue(_files) is { } files && IsWeb(files, out var web) ? web : null,
            UseTls = parsed.GetValue(_tls) || parsed.GetValue(_insecure),
#pragma warning disable CA5359 // That is what the option is for.
            ValidateCertificate = parsed.GetValue(_insecure) ? (_, _, _, _) => true : null,
#pragma warning restore CA5359
        };
    }

    static bool IsWeb(string text, out Uri? address) =>
        Uri.TryCreate(text, UriKind.Absolute, out address) && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps);

    static string? PasswordIn(string? option) => option ?? Environment.GetEnvironmentVariable(PasswordVariable);
}
