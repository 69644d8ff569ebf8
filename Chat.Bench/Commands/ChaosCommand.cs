using System.CommandLine;
using System.Data.Common;
using Chat.Checker;
using Chat.Checker.Checking;
using Chat.Checker.Faults;

namespace Chat.Bench.Commands;

/// <summary><c>chaos</c>: starts nodes, clients and a database, makes things go wrong by a schedule, and compares what everybody saw with the log.</summary>
static class ChaosCommand
{
    public static Command Create()
    {
        var nodes = new Option<int>("--nodes", "-n") { Description = "nodes to start", DefaultValueFactory = _ => 3 };
        var seconds = new Option<int>("--seconds", "-s") { Description = "length of the load", DefaultValueFactory = _ => 60 };
        var rate = new Option<int>("--rate", "-r") { Description = "messages in a second, of all clients together; not more than 32 of one client and conversation are without an acknowledgement", DefaultValueFactory = _ => 400 };
        var faults = new Option<int>("--faults", "-f") { Description = "how many faults in this time", DefaultValueFactory = _ => 6 };
        var seed = new Option<int?>("--seed") { Description = "draws the schedule: the same seed with the same other options gives the same one again; else a new one, which is printed" };
        var kinds = new Option<string?>("--kinds") { Description = $"only these kinds of faults, with commas between: {string.Join(", ", Enum.GetNames<FaultKind>())}" };
        var milliseconds = new Option<int?>("--fault-milliseconds") { Description = "how long each fault lasts (a freeze; a pause before a start), instead of by lot" };
        var isPatient = new Option<bool>("--patient") { Description = "every fault waits until all is well after the one before" };
        var bystanders = new Option<int>("--bystanders") { Description = "so many more users are connected and do nothing, to fill the nodes' memory" };
        var cutsLinks = new Option<bool>("--cut-links") { Description = "each node in a network namespace of its own, whose links are cut too; needs root, ip and iptables" };
        var webSockets = new Option<bool>("--web-sockets") { Description = "modern clients come over WebSockets" };
        var previous = new Option<string?>("--previous") { Description = "Chat.Node.dll of another version: all nodes begin as it, become this version one after the other, and go back; instead of faults" };
        var database = new Option<string>("--database", "-d")
        {
            Description = "mariadb: a server that is started for the run and killed in it; galera: three of them in a Galera cluster, each of which is killed, frozen and cut off; sqlite: a file that all nodes share; else the connection string of a MariaDB or MySQL, to which nothing is done",
            DefaultValueFactory = _ => "mariadb",
        };
        var folder = new Option<string>("--folder") { Description = "each run writes its report.txt, and what is needed after a violation, to a folder in it", DefaultValueFactory = _ => Path.Combine("artifacts", "chaos") };
        var keepsLogs = new Option<bool>("--keep-logs") { Description = "the nodes' logs stay although all went well" };
        var chaos = new Command("chaos", "starts nodes, clients and a database, makes things go wrong, and checks that no promise was broken; exit code 1 if one was")
        {
            nodes, seconds, rate, faults, seed, kinds, milliseconds, isPatient, bystanders, cutsLinks, webSockets, previous, database, folder, keepsLogs,
        };
        kinds.Validators.Add(result =>
        {
            if (Names(result.GetValueOrDefault<string?>()).FirstOrDefault(name => !IsKind(name)) is { } unknown)
                result.AddError($"--kinds: \"{unknown}\" is no kind of fault; there are {string.Join(", ", Enum.GetNames<FaultKind>())}");
        });
        chaos.SetAction((parsed, _) => RunAsync(new ChaosOptions(parsed.GetValue(nodes))
        {
            Seconds = parsed.GetValue(seconds),
            Rate = parsed.GetValue(rate),
            Faults = parsed.GetValue(faults),
            Seed = parsed.GetValue(seed) ?? Random.Shared.Next(1, 1_000_000),
            Kinds = [.. Names(parsed.GetValue(kinds)).Select(name => Enum.Parse<FaultKind>(name, ignoreCase: true))],
            FaultMilliseconds = parsed.GetValue(milliseconds),
            IsPatient = parsed.GetValue(isPatient),
            Bystanders = parsed.GetValue(bystanders),
            CutsLinks = parsed.GetValue(cutsLinks),
            UsesWebSockets = parsed.GetValue(webSockets),
            Previous = parsed.GetValue(previous) is { Length: > 0 } path ? Path.GetFullPath(path) : null,
            Database = Kind(parsed.GetValue(database)!),
            ConnectionString = parsed.GetValue(database)!,
            Folder = parsed.GetValue(folder)!,
            KeepsLogs = parsed.GetValue(keepsLogs),
        }));
        return chaos;
    }

    /// <summary>A verdict only if the run came to its end: a failure of the run itself says nothing of the promise.</summary>
    /// <param name="options">What is to be run.</param>
    /// <param name="run">Runs it; tests put something else here.</param>
    internal static async Task<int> RunAsync(ChaosOptions options, Func<ChaosOptions, Action<string>, Task<ChaosResult>>? run = null)
    {
        try
        {
            if (options.Problem is { } problem)
            {
                await Console.Error.WriteLineAsync(problem);
                return Exit.NotRun;
            }

            var result = await (run ?? ChaosRun.RunAsync)(options, Console.Out.WriteLine);
            Console.WriteLine();
            Console.WriteLine(result.Violations.Count == 0
                ? "KEPT: every acknowledged message is in the log once, at its number, in order, and everybody got everything"
                : $"VIOLATED\n{DeliveryChecker.Describe([.. result.Violations])}");
            Console.WriteLine($"The whole report is {Path.Combine(result.Folder, "report.txt")}");
            return result.Violations.Count == 0 ? Exit.Ok : Exit.Failed;
        }
        catch (Exception e) when (e is InvalidOperationException or TimeoutException or DbException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return Exit.NotRun;
        }
        catch (Exception e) // unforeseen: it must not be taken for a broken promise
        {
            await Console.Error.WriteLineAsync($"chaos has no verdict, it failed itself: {e}");
            return Exit.NotRun;
        }
    }

    static string[] Names(string? kinds) => (kinds ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    static bool IsKind(string name) => Enum.GetNames<FaultKind>().Contains(name, StringComparer.OrdinalIgnoreCase);

    static ChaosDatabase Kind(string database) => database.ToUpperInvariant() switch
    {
        "MARIADB" => ChaosDatabase.OwnMariaDb,
        "GALERA" => ChaosDatabase.Galera,
        "SQLITE" => ChaosDatabase.Sqlite,
        _ => ChaosDatabase.GivenMySql,
    };
}
