using System.CommandLine;
using System.Text.Json;

namespace Chat.Ctl.Commands;

/// <summary>Commands about settings: those of the node that is asked, and which there are.</summary>
static class ConfigCommands
{
    public static IEnumerable<Command> All(MakeCommand make, MakeLocalCommand makeLocal)
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
            Docs(makeLocal),
        };
    }

    static Command Docs(MakeLocalCommand makeLocal)
    {
        var name = new Argument<string?>("name")
        {
            Description = "A setting, as Chat:Port or Chat__Port, or a part of names; else all are shown",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var markdown = new Option<bool>("--markdown") { Description = "Print a table of Markdown" };
        return makeLocal("docs", "What settings there are, and what each is for; without a node, of this version", [name, markdown], (parsed, _) =>
        {
            var wanted = parsed.GetValue(name);
            var found = SettingsReference.Find(wanted);
            if (found.Count == 0)
                throw new CtlException(ExitCode.NotFound, $"no setting has \"{wanted}\" in its name; without a name all are shown");
            return Task.FromResult(Answer.Of(
                JsonSerializer.SerializeToElement(new { settings = found }, SettingsReference.Json), parsed.GetValue(markdown) ? SettingsText.Markdown(found) : SettingsText.Blocks(found)));
        });
    }

    static Answer Shown(JsonElement answer, string applied) => Answer.Of(
        answer, $"{applied}: {ListOf(answer.GetProperty("applied"))}{Environment.NewLine}after a restart: {ListOf(answer.GetProperty("restart"))}");

    static string ListOf(JsonElement names) => names.GetArrayLength() == 0 ? "nothing" : string.Join(", ", names.EnumerateArray().Select(name => name.GetString()));
}
