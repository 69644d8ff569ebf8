using System.CommandLine;
using Chat.Bench.Load;
using Chat.Bench.Workloads;

namespace Chat.Bench.Commands;

/// <summary>The options that all commands with a load have.</summary>
sealed class LoadArguments
{
    readonly Option<string[]> _targets = new("--target", "-t")
    {
        Description = "address of a server, host:port (port 6000, over WebSockets 8000); may be given several times",
        DefaultValueFactory = _ => ["127.0.0.1"],
        AllowMultipleArgumentsPerToken = true,
    };

    readonly Option<ChatProtocol> _protocol = new("--protocol") { Description = "Modern (acknowledged) or Legacy (not acknowledged)" };
    readonly Option<Transport> _transport = new("--transport") { Description = "Tcp, or Ws: WebSockets on the web port of a node (modern protocol)" };
    readonly Option<bool> _isLegacy = new("--legacy-server", "--documented-server") { Description = "the server speaks the legacy protocol only (with --protocol legacy); new accounts in every run" };
    readonly Option<int> _connections = new("--connections", "-c") { Description = "connections, each of another user", DefaultValueFactory = _ => 100 };
    readonly Option<int> _bytes = new("--bytes") { Description = "size of a text", DefaultValueFactory = _ => 200 };
    readonly Option<bool> _random = new("--random-cmids") { Description = "the ids of messages do not ascend (modern protocol)" };
    readonly Option<int> _window = new("--window", "-w") { Description = "closed loop: messages under way per sender (modern: until acknowledged, legacy: until delivered)", DefaultValueFactory = _ => 1 };
    readonly Option<double?> _rate = new("--rate", "-r") { Description = "open loop: messages sent per second, all senders together, whatever the server does" };
    readonly Option<double> _warmUp = new("--warm-up") { Description = "seconds that do not count", DefaultValueFactory = _ => 5 };
    readonly Option<double> _seconds = new("--seconds", "-s") { Description = "seconds that are measured", DefaultValueFactory = _ => 10 };
    readonly Option<double> _drain = new("--drain") { Description = "longest wait at the end for what is due, and once more as long for what is under way then, in seconds", DefaultValueFactory = _ => 10 };
    readonly Option<string> _prefix = new("--prefix") { Description = "names of accounts and groups begin with it; the same one uses them again", DefaultValueFactory = _ => "bench" };
    readonly Option<int> _marks = new("--mark-every") { Description = "receivers confirm (103) every so many messages, 0: never" };
    readonly Option<int> _setup = new("--setup-concurrency") { Description = "registrations and logins at once", DefaultValueFactory = _ => 16 };
    readonly Option<int[]> _pids = PidOption("--pid", "processes of the server on this machine (nodes, database), for CPU and memory", "-p");

    readonly Option<bool> _one = new("--one-way") { Description = "only the first of each pair sends" };
    readonly Option<int> _partners = new("--partners") { Description = "conversations that each connection writes in, with those who follow it in a ring; with --rate", DefaultValueFactory = _ => 1 };
    readonly Option<int> _groups = new("--groups") { Description = "groups", DefaultValueFactory = _ => 5 };
    readonly Option<int> _members = new("--members") { Description = "members of a group", DefaultValueFactory = _ => 20 };
    readonly Option<int> _senders = new("--senders") { Description = "members of a group that send", DefaultValueFactory = _ => 1 };

    /// <summary>Numbers of processes, with commas or spaces.</summary>
    public static Option<int[]> PidOption(string name, string description, params string[] aliases) => new(name, aliases)
    {
        Description = description,
        AllowMultipleArgumentsPerToken = true,
        CustomParser = result => [.. result.Tokens.SelectMany(token => token.Value.Split(',')).Select(text => int.TryParse(text, out var pid) ? pid : Fail(result, text))],
    };

    /// <summary>Adds those of the servers and the processes.</summary>
    public void AddServer(Command command)
    {
        command.Options.Add(_targets);
        command.Options.Add(_pids);
        command.Options.Add(_prefix);
        command.Options.Add(_setup);
    }

    /// <summary>Adds those of the connections and their messages.</summary>
    public void AddMessages(Command command, bool hasConnections = true)
    {
        AddServer(command);
        AddProtocol(command);
        if (hasConnections)
            command.Options.Add(_connections);
        command.Options.Add(_bytes);
        command.Options.Add(_random);
        command.Options.Add(_marks);
    }

    public void AddProtocol(Command command)
    {
        command.Options.Add(_protocol);
        command.Options.Add(_transport);
        command.Options.Add(_isLegacy);
    }

    public void AddRate(Command command) => command.Options.Add(_rate);

    /// <summary>Adds those of a run.</summary>
    public void AddRun(Command command)
    {
        command.Options.Add(_window);
        AddRate(command);
        AddTimes(command);
    }

    public void AddTimes(Command command)
    {
        command.Options.Add(_warmUp);
        command.Options.Add(_seconds);
        command.Options.Add(_drain);
    }

    public void AddConnections(Command command) => command.Options.Add(_connections);

    public void AddBytes(Command command) => command.Options.Add(_bytes);

    public void AddPairs(Command command)
    {
        command.Options.Add(_one);
        command.Options.Add(_partners);
    }

    public void AddGroups(Command command)
    {
        command.Options.Add(_groups);
        command.Options.Add(_members);
        command.Options.Add(_senders);
    }

    public double? Rate(ParseResult parsed) => parsed.GetValue(_rate);

    public IReadOnlyList<int> Pids(ParseResult parsed) => parsed.GetValue(_pids) ?? [];

    public IReadOnlyList<ChatTarget> Targets(ParseResult parsed) => [.. parsed.GetValue(_targets)!.Select(text => ChatTarget.Parse(text, parsed.GetValue(_transport)))];

    public WorkloadOptions Workload(ParseResult parsed, bool isCross = false)
    {
        var has = parsed.CommandResult.Command.Options;
        var options = new WorkloadOptions
        {
            Targets = Targets(parsed),
            Protocol = parsed.GetValue(_protocol),
            IsLegacyServer = parsed.GetValue(_isLegacy),
            Connections = parsed.GetValue(_connections),
            TextBytes = parsed.GetValue(_bytes),
            HasRandomCmids = parsed.GetValue(_random),
            Prefix = parsed.GetValue(_prefix)!,
            MarkEvery = parsed.GetValue(_marks),
            SetupConcurrency = Math.Max(1, parsed.GetValue(_setup)),
            IsCross = isCross,
            IsOneWay = parsed.GetValue(_one),
            Partners = has.Contains(_partners) ? parsed.GetValue(_partners) : 1,
            Groups = parsed.GetValue(_groups),
            Members = parsed.GetValue(_members),
            SendersPerGroup = parsed.GetValue(_senders),
        };
        Check(options, has.Contains(_connections), has.Contains(_members));
        return options;
    }

    /// <summary>For commands without messages of their own.</summary>
    public WorkloadOptions Server(ParseResult parsed)
    {
        var options = new WorkloadOptions
        {
            Targets = Targets(parsed),
            Protocol = parsed.GetValue(_protocol),
            IsLegacyServer = parsed.GetValue(_isLegacy),
            Prefix = parsed.GetValue(_prefix)!,
            SetupConcurrency = Math.Max(1, parsed.GetValue(_setup)),
        };
        Check(options);
        return options;
    }

    public LoadPlan Plan(ParseResult parsed, string workload) => new()
    {
        Workload = workload,
        RatePerSecond = Rate(parsed),
        Window = Math.Max(1, parsed.GetValue(_window)),
        WarmUp = TimeSpan.FromSeconds(parsed.GetValue(_warmUp)),
        Measure = TimeSpan.FromSeconds(parsed.GetValue(_seconds)),
        Drain = TimeSpan.FromSeconds(parsed.GetValue(_drain)),
    };

    static void Check(WorkloadOptions options, bool hasConnections = false, bool hasGroups = false)
    {
        // A legacy client reads one object from 1024 bytes: a longer one reaches it in pieces.
        var most = options.IsModern ? Checking.StampedText.MaxBytes : 800;
        if (options.TextBytes < Checking.StampedText.MinBytes || options.TextBytes > most)
            throw new BenchException($"--bytes must be from {Checking.StampedText.MinBytes} to {most}: the text carries a stamp and a checksum");
        if (hasConnections && options.Connections < 2)
            throw new BenchException("--connections must be 2 at least");
        if (options.Partners < 1 || (options.Partners > 1 && (options.IsOneWay || options.IsCross || options.Partners * 2 >= options.Connections)))
            throw new BenchException("--partners must be 1, or less than half of --connections, and goes with neither --one-way nor cross");
        if (options.Targets.Any(target => target.IsWebSocket) && !options.IsModern)
            throw new BenchException("--transport ws needs --protocol modern");
        if (options.IsLegacyServer && options.IsModern)
            throw new BenchException("--legacy-server needs --protocol legacy");
        if (hasGroups && (options.Members < 2 || options.SendersPerGroup < 1 || options.SendersPerGroup > options.Members))
            throw new BenchException("a group needs two members, and senders that are members");
    }

    static int Fail(System.CommandLine.Parsing.ArgumentResult result, string text)
    {
        result.AddError($"\"{text}\" is no process id");
        return 0;
    }
}
