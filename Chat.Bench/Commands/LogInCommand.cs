using System.CommandLine;
using Chat.Bench.Measuring;
using Chat.Bench.Reports;
using Chat.Bench.Workloads;

namespace Chat.Bench.Commands;

/// <summary><c>login</c>: how many logins a server bears.</summary>
static class LogInCommand
{
    public static Command Create()
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
                arguments.Server(parsed), parsed.GetValue(concurrency), parsed.GetValue(token), new UsageProbe(arguments.Pids(parsed)), plan.WarmUp, plan.Measure);
            Report.Write(result, output.Files(parsed));
            return result.Failed == 0 ? Exit.Ok : Exit.Failed;
        }));
        return command;
    }
}
