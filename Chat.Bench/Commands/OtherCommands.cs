using System.CommandLine;
using Chat.Bench.Measuring;
using Chat.Bench.Reports;
using Chat.Bench.Workloads;

namespace Chat.Bench.Commands;

/// <summary><c>idle</c>, <c>login</c>, <c>offline</c> and <c>history</c>.</summary>
static class OtherCommands
{
    public static Command Idle()
    {
        var (arguments, output, command) = (new LoadArguments(), new OutputArguments(), new Command("idle", "memory and CPU of connections that say nothing"));
        arguments.AddMessages(command);
        arguments.AddTimes(command);
        output.AddTo(command);
        command.SetAction(parsed => Exit.Guard(() =>
        {
            var result = IdleWorkload.Run(arguments.Workload(parsed), new ServerProbe(arguments.Pids(parsed)), arguments.Plan(parsed, "idle").Measure);
            Report.Write(result, output.Files(parsed));
            return result.Disconnected == 0 ? Exit.Ok : Exit.Failed;
        }));
        return command;
    }

    public static Command LogIn()
    {
        var concurrency = new Option<int>("--concurrency") { Description = "logins at once, each of another user", DefaultValueFactory = _ => 16 };
        var token = new Option<bool>("--with-token") { Description = "with the token of the login before instead of the password" };
        var (arguments, output) = (new LoadArguments(), new OutputArguments());
        var command = new Command("login", "connect, hello, login, close; in the legacy protocol connect, login, logout, close; again and again") { concurrency, token };
        arguments.AddServer(command);
        arguments.AddProtocol(command);
        arguments.AddTimes(command);
        output.AddTo(command);
        command.SetAction(parsed => Exit.Guard(() =>
        {
            var plan = arguments.Plan(parsed, "login");
            var result = LoginWorkload.Run(
                arguments.Server(parsed), parsed.GetValue(concurrency), parsed.GetValue(token), new ServerProbe(arguments.Pids(parsed)), plan.WarmUp, plan.Measure);
            Report.Write(result, output.Files(parsed));
            return result.Failed == 0 ? Exit.Ok : Exit.Failed;
        }));
        return command;
    }

    public static Command Offline()
    {
        var messages = new Option<int>("--messages") { Description = "for each user who is away", DefaultValueFactory = _ => 1000 };
        var window = new Option<int>("--window", "-w") { Description = "messages under way per sender", DefaultValueFactory = _ => 8 };
        var (arguments, output) = (new LoadArguments(), new OutputArguments());
        var command = new Command("offline", "messages to users who are away, who then come back all at once; in the legacy protocol at a --rate") { messages, window };
        arguments.AddMessages(command);
        arguments.AddRate(command);
        output.AddTo(command);
        command.SetAction(parsed => Exit.Guard(() =>
        {
            var result = OfflineWorkload.Run(
                arguments.Workload(parsed), parsed.GetValue(messages), parsed.GetValue(window), arguments.Rate(parsed), new ServerProbe(arguments.Pids(parsed)));
            Report.Write(result, output.Files(parsed));
            return result.Sending.Tally.IsPerfect && result.Fetching.Tally.IsPerfect ? Exit.Ok : Exit.Failed;
        }));
        return command;
    }

    public static Command History()
    {
        var messages = new Option<int>("--messages") { Description = "in each conversation", DefaultValueFactory = _ => 1000 };
        var limit = new Option<int>("--limit") { Description = "messages of a page", DefaultValueFactory = _ => 100 };
        var (arguments, output) = (new LoadArguments(), new OutputArguments());
        var command = new Command("history", "pages of history from random places, one reader for each two connections (modern protocol)") { messages, limit };
        arguments.AddServer(command);
        arguments.AddConnections(command);
        arguments.AddBytes(command);
        arguments.AddTimes(command);
        output.AddTo(command);
        command.SetAction(parsed => Exit.Guard(() =>
        {
            var plan = arguments.Plan(parsed, "history");
            var result = HistoryWorkload.Run(
                arguments.Workload(parsed), parsed.GetValue(messages), parsed.GetValue(limit), new ServerProbe(arguments.Pids(parsed)), plan.WarmUp, plan.Measure);
            Report.Write(result, output.Files(parsed));
            return result.Failed == 0 ? Exit.Ok : Exit.Failed;
        }));
        return command;
    }
}
