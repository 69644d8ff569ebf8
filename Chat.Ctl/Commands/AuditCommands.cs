using System.CommandLine;

namespace Chat.Ctl.Commands;

/// <summary>What was done over the API.</summary>
static class AuditCommands
{
    public static IEnumerable<Command> All(MakeCommand make)
    {
        var subject = new Option<string?>("--subject") { Description = "Only what was done to it, like users/7 or groups/5" };
        var before = new Option<long?>("--before") { Description = "Only entries below this number" };
        var limit = new Option<int>("--limit") { Description = "At most so many, 1 to 1000", DefaultValueFactory = _ => 50 };
        yield return make("audit", "What was done over the API by whom, the newest first", [subject, before, limit], async (parsed, api, cancelled) =>
        {
            var query = $"audit?limit={parsed.GetValue(limit)}";
            if (parsed.GetValue(subject) is { } named)
                query += $"&subject={Uri.EscapeDataString(named)}";
            if (parsed.GetValue(before) is { } number)
                query += $"&before={number}";
            var found = await api.GetAsync(query, cancelled);
            var table = TextTable.Of(found.GetProperty("entries").EnumerateArray(), "id", "at", "key", "name", "operation", "subject", "detail", "result", "address", "node");
            return Answer.Of(found, found.GetProperty("more").GetBoolean() ? $"{table}{Environment.NewLine}there are older entries: --before" : table);
        });
    }
}
