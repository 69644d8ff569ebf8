using System.CommandLine;
using System.Text.Json;

namespace Chat.Ctl.Commands;

/// <summary>Commands about the settings of the node that is asked.</summary>
static class ConfigCommands
{
    public static IEnumerable<Command> All(MakeCommand make)
    {
        yield return new Command("config", "Settings of a node")
        {
            make("print", "The settings in force, and where they are from; no secrets", [], async (_, api, cancelled) =>
            {
                var found = await api.GetAsync("node/settings", cancelled);
                return Answer.Of(found, string.Join(Environment.NewLine, found.GetProperty("settings").EnumerateArray().Select(setting =>
                    $"{setting.GetProperty("key").GetString()} = {setting.GetProperty("value").GetString()} ({setting.GetProperty("source").GetString()})")));
            }),
            make("check", "What reading them again would do; a wrong one is named", [], async (_, api, cancelled) =>
                Shown(await api.AskAsync(HttpMethod.Post, "node/reload?check=true", null, cancelled), "would be in force")),
            make("reload", "Reads them again; a wrong one is named, and nothing is changed", [], async (_, api, cancelled) =>
                Shown(await api.AskAsync(HttpMethod.Post, "node/reload", null, cancelled), "in force now")),
        };
    }

    static Answer Shown(JsonElement answer, string applied) => Answer.Of(
        answer, $"{applied}: {ListOf(answer.GetProperty("applied"))}{Environment.NewLine}after a restart: {ListOf(answer.GetProperty("restart"))}");

    static string ListOf(JsonElement names) => names.GetArrayLength() == 0 ? "nothing" : string.Join(", ", names.EnumerateArray().Select(name => name.GetString()));
}
