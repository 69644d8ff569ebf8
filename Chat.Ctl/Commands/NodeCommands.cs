using System.CommandLine;
using System.Text.Json;

namespace Chat.Ctl.Commands;

/// <summary>How a command is made: its name, what it is for, its arguments, what it does.</summary>
delegate Command MakeCommand(string name, string description, IReadOnlyList<Symbol> symbols, CtlWork work);

/// <summary>Commands about nodes, and about where messages are.</summary>
static class NodeCommands
{
    public static IEnumerable<Command> All(MakeCommand make)
    {
        yield return make("members", "The nodes of the cluster, as the one that is asked sees them", [], async (_, api, cancelled) =>
        {
            var found = await api.GetAsync("cluster/members", cancelled);
            var leftovers = found.GetProperty("leftovers").GetInt32();
            var table = TextTable.Of(found.GetProperty("members").EnumerateArray(), "address", "state", "reachable", "self", "oldest");
            return Answer.Of(found, leftovers == 0 ? table : $"{table}{Environment.NewLine}{leftovers} starts of dead nodes are still being finished");
        });
        yield return make("shards", "Which node has how many shards and actors", [], async (_, api, cancelled) =>
        {
            var found = await api.GetAsync("cluster/shards", cancelled);
            return Answer.Of(found, string.Join(Environment.NewLine, ((string[])["users", "conversations"]).Select(region =>
                $"{region}:{Environment.NewLine}{TextTable.Of(found.GetProperty(region).EnumerateArray(), "node", "shards", "entities")}")));
        });
        yield return make("safe-to-stop", "Whether the node may be stopped without anybody noticing more than a new connection", [], async (_, api, cancelled) =>
        {
            var found = await api.GetAsync("node/safe-to-stop", cancelled);
            var isSafe = found.GetProperty("safe").GetBoolean();
            var reasons = found.GetProperty("reasons").EnumerateArray().Select(reason => $"not safe: {reason.GetString()}");
            return new Answer(found, isSafe ? "safe" : string.Join(Environment.NewLine, reasons), isSafe ? ExitCode.Done : ExitCode.NotSafe);
        });
        var force = new Option<bool>("--force") { Description = "Also when it is not safe to stop the node" };
        yield return make("drain", "Sends the clients of the node elsewhere and ends it, as SIGTERM does", [force], async (parsed, api, cancelled) =>
        {
            if (!parsed.GetValue(force) && await api.GetAsync("node/safe-to-stop", cancelled) is var found && !found.GetProperty("safe").GetBoolean())
                throw new CtlException(ExitCode.NotSafe, $"not safe: {found.GetProperty("reasons")[0].GetString()}. --force does it all the same");
            return Answer.Of(await api.AskAsync(HttpMethod.Post, "node/drain", null, cancelled), "the node is draining, and ends");
        });
        yield return Trace(make);
    }

    static Command Trace(MakeCommand make)
    {
        var conversation = new Argument<string>("conversation") { Description = "d:LOWER:HIGHER of two user ids, or g:GROUP" };
        var seq = new Argument<long>("seq") { Description = "The number of the message" };
        var after = new Option<int>("--after") { Description = "Only receivers with ids above this" };
        return make("trace", "Where a message is: accepted when, by which node, and how far it has come for each receiver", [conversation, seq, after], async (parsed, api, cancelled) =>
        {
            var path = $"conversations/{Uri.EscapeDataString(parsed.GetValue(conversation)!)}/messages/{parsed.GetValue(seq)}/trace?after={parsed.GetValue(after)}";
            var found = await api.GetAsync(path, cancelled);
            var lines = found.EnumerateObject().Where(member => member.Value.ValueKind is not (JsonValueKind.Array or JsonValueKind.True or JsonValueKind.False))
                .ToDictionary(member => member.Name, member => member.Value);
            var receivers = TextTable.Of(found.GetProperty("receivers").EnumerateArray(), "user", "state", "queued", "online");
            var more = found.GetProperty("more").GetBoolean() ? $"{Environment.NewLine}there are more receivers: --after" : "";
            return Answer.Of(found, $"{TextTable.Of(JsonSerializer.SerializeToElement(lines))}{Environment.NewLine}{receivers}{more}");
        });
    }
}
