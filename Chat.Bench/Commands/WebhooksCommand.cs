using System.CommandLine;
using Chat.Bench.Reports;
using Chat.Bench.Workloads;

namespace Chat.Bench.Commands;

/// <summary><c>webhooks</c>: how far an endpoint is behind, and what it costs those who send.</summary>
static class WebhooksCommand
{
    const double DefaultRate = 1000;

    public static Command Create()
    {
        var api = new Option<string>("--api") { Description = "the HTTP port of a node", DefaultValueFactory = _ => "http://127.0.0.1:8080" };
        var key = new Option<string>("--api-key") { Description = "a key of its API with the scope manage (Chat:Api:Keys)", Required = true };
        var listen = new Option<string>("--listen") { Description = "address of the endpoint, which the nodes must reach; a private one needs Chat:Webhooks:AllowPrivate=true", DefaultValueFactory = _ => "127.0.0.1" };
        var isBatch = new Option<bool>("--batch") { Description = "several messages in a request" };
        var rounds = new Option<int>("--rounds") { Description = "rounds, each with a run without and one with the endpoint", DefaultValueFactory = _ => 3 };
        var catchUp = new Option<double>("--catch-up") { Description = "longest wait at the end of a run for what the endpoint lacks, in seconds", DefaultValueFactory = _ => 30 };
        var (arguments, output) = (new LoadArguments(), new OutputArguments());
        var command = new Command("webhooks", $"pairs at a --rate ({DefaultRate:0}), alternately without and with an endpoint of webhooks: its lag, and the acknowledgements of both")
        {
            api, key, listen, isBatch, rounds, catchUp,
        };
        arguments.AddMessages(command);
        arguments.AddRate(command);
        arguments.AddTimes(command);
        output.AddTo(command);
        command.SetAction(parsed => Exit.Guard(() =>
        {
            var options = arguments.Workload(parsed);
            if (!options.IsModern)
                throw new BenchException("webhooks needs --protocol modern: the lag counts from the acknowledgement");
            if (!Uri.TryCreate(parsed.GetValue(api), UriKind.Absolute, out var address))
                throw new BenchException($"--api \"{parsed.GetValue(api)}\" is no address: http://host:port is expected");
            var plan = arguments.Plan(parsed, LoadCommands.Describe("pairs", options)) with { RatePerSecond = arguments.Rate(parsed) ?? DefaultRate };
            var own = new WebhookOptions(address, parsed.GetValue(key)!, parsed.GetValue(listen)!, parsed.GetValue(isBatch), TimeSpan.FromSeconds(parsed.GetValue(catchUp)));
            using var loop = LoadCommands.Open(options, Topology.Pairs, arguments.Pids(parsed));
            using var sink = WebhookSink.Start(own.Listen, loop.State.Run);
            using var client = new WebhookApi(own.Api, own.Key);
            var report = new WebhookWorkload(loop, plan, own, client, sink).Run(Math.Max(1, parsed.GetValue(rounds)));
            Report.Write(report, output.Files(parsed));
            return report.IsPerfect ? Exit.Ok : Exit.Failed;
        }));
        return command;
    }
}
