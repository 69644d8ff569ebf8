using System.CommandLine;
using Chat.Bench.Storage;
using Chat.Node.Settings;

namespace Chat.Bench.Commands;

/// <summary><c>storage</c>: rows of the message log, in batches and one by one, in the same run.</summary>
static class StorageCommand
{
    public static Command Create()
    {
        var provider = new Option<StorageProvider>("--provider") { Description = "Sqlite or MySql", DefaultValueFactory = _ => StorageProvider.Sqlite };
        var connection = new Option<string>("--connection")
        {
            Description = "connection string of a database that may be filled (the schema is made)",
            DefaultValueFactory = _ => "Data Source=bench.db",
        };
        var rows = new Option<int>("--rows") { Description = "rows of a batched round", DefaultValueFactory = _ => 200_000 };
        var rounds = new Option<int>("--rounds") { Description = "rounds of each way, alternating", DefaultValueFactory = _ => 3 };
        var conversations = new Option<int>("--conversations") { Description = "conversations that the rows belong to", DefaultValueFactory = _ => 1000 };
        var bytes = new Option<int>("--bytes") { Description = "size of a message", DefaultValueFactory = _ => 200 };
        var pid = new Option<int?>("--pid") { Description = "process of the database server, to see its CPU time" };
        var command = new Command("storage", "acknowledged rows of the message log per second: batched against one by one")
        {
            provider, connection, rows, rounds, conversations, bytes, pid,
        };
        command.SetAction(async (parsed, _) => await new StorageBench(
            parsed.GetValue(provider), parsed.GetValue(connection)!, parsed.GetValue(rows), parsed.GetValue(rounds),
            parsed.GetValue(conversations), parsed.GetValue(bytes), parsed.GetValue(pid)).RunAsync());
        return command;
    }
}
