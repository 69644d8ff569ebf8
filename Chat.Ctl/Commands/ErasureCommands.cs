using System.CommandLine;
using System.Text.Json;

namespace Chat.Ctl.Commands;

/// <summary>What is kept of a user: told, and taken away.</summary>
static class ErasureCommands
{
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <param name="make">How a command is made.</param>
    /// <param name="user">Who.</param>
    /// <param name="idAsync">Finds the id of whom somebody has named.</param>
    /// <param name="output">For what is exported, unless a file is named.</param>
    public static IEnumerable<Command> All(MakeCommand make, Argument<string> user, Func<NodeApi, string, CancellationToken, Task<int>> idAsync, TextWriter output)
    {
        var file = new Option<string?>("--output") { Description = "File that is made for it; without it standard output" };
        yield return make("export", "What is kept of a user, as JSON Lines", [user, file], async (parsed, api, cancelled) =>
        {
            var id = await idAsync(api, parsed.GetValue(user)!, cancelled);
            if (parsed.GetValue(file) is not { } path)
            {
                await ExportAsync(api, id, output, cancelled);
                return Answer.Nothing;
            }

            var count = await ExportAsync(api, id, path, cancelled);
            return Answer.Of(JsonSerializer.SerializeToElement(new { id, lines = count, file = path }), $"{count} lines of user {id} are in {path}");
        });
        var isSure = new Option<bool>("--yes") { Description = "It cannot be undone" };
        var waits = new Option<bool>("--wait") { Description = "Until nothing is left: half a minute at least" };
        yield return make("erase", "Erases a user: name, profile, messages, files, tokens. It cannot be undone", [user, isSure, waits], async (parsed, api, cancelled) =>
        {
            if (!parsed.GetValue(isSure))
                throw new CtlException(ExitCode.WrongUsage, "what is erased does not come back: say --yes, and export the user first if somebody wants to have it");
            var id = await idAsync(api, parsed.GetValue(user)!, cancelled);
            var job = await api.AskAsync(HttpMethod.Post, $"users/{id}/erase", null, cancelled);
            if (!parsed.GetValue(waits))
                return Answer.Of(job, $"user {id} is shut out, and is erased in the background: \"users erasure {id}\" says how far it is");
            while (!IsDone(job))
            {
                await Task.Delay(Pause, cancelled); // a look a second, for who has asked to wait; Ctrl-C ends it
                job = await api.GetAsync($"users/{id}/erasure", cancelled);
            }

            return Answer.Of(job, Text(job));
        });
        var erased = new Argument<int>("id") { Description = "The id of the user: the name is gone" };
        yield return make("erasure", "How far a user is erased", [erased], async (parsed, api, cancelled) =>
        {
            var job = await api.GetAsync($"users/{parsed.GetValue(erased)}/erasure", cancelled);
            return Answer.Of(job, Text(job));
        });
    }

    static bool IsDone(JsonElement job) => job.TryGetProperty("done", out _);

    static string Text(JsonElement job) => IsDone(job)
        ? $"user {job.GetProperty("id").GetInt32()} is erased, with {job.GetProperty("messages").GetInt64()} messages"
        : $"user {job.GetProperty("id").GetInt32()} is not erased yet: {job.GetProperty("step").GetString()}, {job.GetProperty("messages").GetInt64()} messages so far";

    /// <summary>The file has its name only when it is whole: what failed in the middle is gone, and can be done again.</summary>
    static async Task<long> ExportAsync(NodeApi api, int id, string path, CancellationToken cancelled)
    {
        if (File.Exists(path))
            throw new CtlException(ExitCode.WrongUsage, $"{path} is there: no file is replaced");
        var unfinished = $"{path}.{Guid.NewGuid():n}.part";
        try
        {
            long count;
            await using (var written = Make(unfinished, path))
                count = await ExportAsync(api, id, written, cancelled);
            File.Move(unfinished, path, overwrite: false);
            return count;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CtlException(ExitCode.WrongUsage, $"{path} cannot be made: {e.Message}", e);
        }
        finally
        {
            if (File.Exists(unfinished)) // its folder may not be there either
                File.Delete(unfinished);
        }
    }

    /// <summary>For nobody else to read.</summary>
    static StreamWriter Make(string file, string path)
    {
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            return new StreamWriter(file, options);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new CtlException(ExitCode.WrongUsage, $"{path} cannot be made: {e.Message}", e);
        }
    }

    /// <summary>Part by part; the lines that say where a part ends are left out.</summary>
    static async Task<long> ExportAsync(NodeApi api, int id, TextWriter output, CancellationToken cancelled)
    {
        var (count, after) = (0L, "");
        while (true)
        {
            var lines = (await api.GetTextAsync($"users/{id}/export{(after.Length > 0 ? $"?after={after}" : "")}", cancelled)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            foreach (var line in lines.SkipLast(1))
                await output.WriteLineAsync(line.AsMemory(), cancelled);
            count += Math.Max(0, lines.Length - 1);
            var last = Last(lines);
            if (last.GetProperty("type").GetString() == "end")
                return count;
            after = last.GetProperty("after").GetString()!;
        }
    }

    static JsonElement Last(string[] lines)
    {
        try
        {
            if (lines.Length > 0 && JsonSerializer.Deserialize<JsonElement>(lines[^1]) is { ValueKind: JsonValueKind.Object } last && last.TryGetProperty("type", out var type)
                && type.ValueKind == JsonValueKind.String && (type.ValueEquals("end") || (type.ValueEquals("more") && last.TryGetProperty("after", out _))))
                return last;
        }
        catch (JsonException)
        {
            // said below
        }

        throw new CtlException(ExitCode.Unavailable, "the export has no end: what was written so far is a part of it. Try again");
    }
}
