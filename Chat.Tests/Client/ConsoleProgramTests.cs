using System.Text.Json;
using Chat.Client.Terminal;
using Chat.Protocol;
using ChatActors.Client;
using Xunit;

namespace Chat.Tests.Client;

/// <summary>The console program as it is called, without a process of its own.</summary>
public sealed class ConsoleProgramTests : ClientScenario
{
    [Fact]
    public async Task A_script_registers_logs_in_and_sends()
    {
        var run = await ScriptAsync("", """
            # a comment, then an empty line

            /register carol pw
            /login carol pw
            /msg 2 hi "bob" ✓
            chat:2:again
            /friends
            loginout
            /quit
            /msg 2 never
            """);

        Assert.Equal(0, run.ExitCode);
        Assert.Equal("connected", run.Lines[0].GetProperty("event").GetString());
        Assert.Equal(["register", "login", "msg", "msg", "friends", "logout"], run.Results.Select(Name));
        Assert.Equal([3, 4, 5, 6, 7, 8], run.Results.Select(result => result.GetProperty("line").GetInt32()));
        Assert.All(run.Results, result => Assert.True(result.GetProperty("ok").GetBoolean()));
        Assert.Equal([1L, 2L], run.Results.Where(result => Name(result) == "msg").Select(result => result.GetProperty("seq").GetInt64()));
        Assert.Equal(["hi \"bob\" ✓", "again"], Server.Store.Log(ConversationId.Direct(2, 3)).Select(message => message.Text));
    }

    [Fact]
    public async Task A_script_waits_for_messages_and_answers_by_name()
    {
        Server.Post(Bob, AliceAndBob, "1");
        Server.Post(Bob, AliceAndBob, "2");

        var run = await ScriptAsync("--name alice --password pw", "/wait 2\n/msg bob thanks\n/history bob 2\n/read bob");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(["1", "2"], run.Events("message").Select(message => message.GetProperty("text").GetString()));
        Assert.Equal(["login", "wait", "msg", "history", "read"], run.Results.Select(Name));
        var history = run.Results[3].GetProperty("messages").EnumerateArray().ToList();
        Assert.Equal(["2", "thanks"], history.Select(message => message.GetProperty("text").GetString()));
        Assert.Equal([false, true], history.Select(message => message.GetProperty("own").GetBoolean()));
        Assert.Contains(Server.Requests.Items.OfType<ReadRequest>(), read => read.Seq == 3);
    }

    [Fact]
    public async Task Groups_are_created_joined_and_written_to()
    {
        var run = await ScriptAsync("--name alice --password pw", """
            creategroup:g1:first group
            /group g1 hello
            groupchat:1:again
            /history g:1
            /groups
            addgroup:99
            """);

        Assert.Equal(1, run.ExitCode);
        Assert.Equal(1, run.Results[1].GetProperty("groupid").GetInt32());
        Assert.Equal([1L, 2L], run.Results.Where(result => Name(result) == "group").Select(result => result.GetProperty("seq").GetInt64()));
        Assert.Equal((int)ErrorCode.NotFound, run.Results[^1].GetProperty("errno").GetInt32());
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 1)]
    public async Task A_stranger_is_written_to_by_name_if_the_server_knows_how(bool isOld, int exitCode)
    {
        Server.IsOld = isOld;
        var run = await ScriptAsync("--name alice --password pw", "/msg BOB hi");

        Assert.Equal(exitCode, run.ExitCode);
        Assert.Equal(isOld ? [] : ["hi"], Server.Store.Log(AliceAndBob).Select(message => message.Text));
    }

    [Theory]
    [InlineData("/msg nobody hi", "nobody called")]
    [InlineData("/nonsense", "there is no /nonsense")]
    [InlineData("hello", "to whom?")]
    [InlineData("/wait 1 1", "0 of 1 messages")]
    [InlineData("/sleep soon", "must be a number")]
    [InlineData("/msg 99 hi", "NotFound")]
    public async Task A_failed_command_is_reported_the_rest_goes_on_and_the_exit_code_is_1(string command, string reason)
    {
        var run = await ScriptAsync("--name alice --password pw", $"{command}\n/sleep 1\n/status");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains(reason, run.Results[1].GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Equal(["sleep", "status"], run.Results.Skip(2).Select(Name));
        Assert.Equal("alice", run.Results[^1].GetProperty("name").GetString());
    }

    [Fact]
    public async Task A_refused_login_ends_the_script()
    {
        var run = await ScriptAsync("--name alice --password wrong", "/msg 2 hi");

        Assert.Equal(1, run.ExitCode);
        Assert.Equal((int)ErrorCode.Rejected, run.Results.Single().GetProperty("errno").GetInt32());
    }

    [Fact]
    public async Task Registering_a_name_of_ones_own_again_is_no_failure()
    {
        Assert.Equal(0, (await ScriptAsync("--name carol --password pw --register", "/status")).ExitCode);
        Assert.Equal(0, (await ScriptAsync("--name carol --password pw --register", "/status")).ExitCode);
    }

    [Fact]
    public async Task A_script_changes_messages_and_is_told_of_changes()
    {
        var run = await ScriptAsync("--name alice --password pw", """
            /msg 2 hi
            /edit 2 1 hi there, all
            /react 2 1 👍
            /pin 2 1
            /unpin 2 1
            /unreact 2 1 👍
            /history 2
            /recall 2 1
            /history 2
            /edit 2 first text
            """);

        Assert.Equal([1L, 2, 3, 4, 5, 6], run.Results.Where(result => result.TryGetProperty("rev", out _)).Select(result => result.GetProperty("rev").GetInt64()));
        Assert.Equal([1L, 2, 3, 4, 5, 6], run.Events("changed").Select(change => change.GetProperty("rev").GetInt64()));
        var changes = run.Events("changed").ToList();
        Assert.Equal("""{"event":"changed","conversation":"d:1:2","seq":1,"rev":1,"by":1,"text":"hi there, all","edited":EDITED}""",
            changes[0].GetRawText().Replace(changes[0].GetProperty("edited").GetRawText(), "EDITED", StringComparison.Ordinal));
        Assert.Equal((1, "👍"), (changes[1].GetProperty("reactions").GetProperty("👍").GetInt32(), changes[1].GetProperty("who")[0].GetProperty("react").GetString()));
        Assert.False(changes[1].TryGetProperty("pinned", out _));
        var shown = run.Results.Where(result => Name(result) == "history").Select(result => result.GetProperty("messages")[0]).ToList();
        Assert.Equal(("hi there, all", 5L), (shown[0].GetProperty("text").GetString(), shown[0].GetProperty("rev").GetInt64()));
        Assert.Equal(("", 1), (shown[1].GetProperty("text").GetString(), shown[1].GetProperty("recalled").GetProperty("by").GetInt32()));
        Assert.Contains("NUMBER must be a number above 0", run.Results[^1].GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Changes_are_shown_to_people_with_names_and_numbers()
    {
        Server.Post(Bob, AliceAndBob, "hello");
        Server.Post(Bob, AliceAndBob, "secret");
        Server.Change(Bob, AliceAndBob, 2, ChangeKind.Recall);
        using var output = new StringWriter();
        using var error = new StringWriter();
        using var input = new StringReader("/react 2 1 🎉\n/pin 2 1\n/history 2\n/quit\n");

        await new CommandLineProgram(input, output, error).RunAsync(["--port", $"{Server.Port}", "--name", "alice", "--password", "pw"]);

        Assert.Contains("#1 bob: hello (pinned, 🎉 1)", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("#2 bob: (taken back by bob)", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("#1 is changed", output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_change_says_who_did_what()
    {
        var text = new ChangeText(id => id == 1 ? "you" : $"user {id}");
        var change = new MessageChanged(AliceAndBob, 3, 9) { By = 2 };
        var counts = new Dictionary<string, int> { ["👍"] = 2 };
        Assert.Equal("user 2 edited #3: new", text.Describe(change with { Text = "new" }));
        Assert.Equal("user 2 took #3 back", text.Describe(change with { Recalled = new(2, 5) }));
        Assert.Equal("user 2 unpinned #3", text.Describe(change with { IsPinned = false }));
        Assert.Equal(
            "you reacted to #3 with 👍, user 2 took 🎉 back from #3 (👍 2)",
            text.Describe(change with { Reactions = counts, Who = [new(1, "👍", IsTakenBack: false), new(2, "🎉", IsTakenBack: true)] }));
        Assert.Equal("#3 now: new, pinned, 👍 2", text.Describe(change with { By = 0, Text = "new", IsPinned = true, Reactions = counts, Mine = [] }));
    }

    [Fact]
    public async Task A_state_file_carries_over_from_run_to_run()
    {
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.json");
        try
        {
            Server.Post(Bob, AliceAndBob, "1");
            await ScriptAsync($"--name alice --password pw --state {path}", "/wait 1\n/msg bob two");
            Server.Post(Bob, AliceAndBob, "3");
            var run = await ScriptAsync($"--name alice --password pw --state {path}", "/wait 1");

            Assert.Equal("3", run.Events("message").Single().GetProperty("text").GetString());
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task Without_a_server_the_exit_code_is_3()
    {
        await Server.DisposeAsync();

        var run = await ScriptAsync("--name alice --password pw", "/status");

        Assert.Equal(3, run.ExitCode);
        Assert.Equal("connect", Name(run.Results.Single()));
    }

    [Theory]
    [InlineData("--port 0")]
    [InlineData("--port many")]
    [InlineData("--nonsense")]
    [InlineData("--endpoint host:port")]
    [InlineData("--register")]
    [InlineData("--files ftp://files")]
    [InlineData("--files nowhere")]
    public async Task A_wrong_option_ends_with_exit_code_2(string arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        using var input = new StringReader("");

        var exitCode = await new CommandLineProgram(input, output, error).RunAsync(arguments.Split(' '));

        Assert.Equal(2, exitCode);
        Assert.NotEmpty(error.ToString());
    }

    [Fact]
    public async Task A_script_changes_settings_and_reads_them()
    {
        var run = await ScriptAsync("--name alice --password pw", "/mute 2\n/pin g:7\n/pin 2\n/unpin g:7\n/presence nobody\n/presence friends\n/unmute 2\n/settings");

        Assert.Equal([true, true, true, true, true, false, true, true], run.Results.Skip(1).Select(result => result.GetProperty("ok").GetBoolean()));
        var shown = run.Results[^1];
        Assert.Equal("nobody", shown.GetProperty("presence").GetString());
        Assert.Equal("[]", shown.GetProperty("muted").GetRawText());
        Assert.Equal("[\"d:1:2\"]", shown.GetProperty("pinned").GetRawText());
        Assert.Contains("friends", run.Results[^3].GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_are_shown_to_people_by_name()
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        using var input = new StringReader("/presence nobody\n/mute g:7\n/quit\n");

        await new CommandLineProgram(input, output, error).RunAsync(["--port", $"{Server.Port}", "--name", "alice", "--password", "pw"]);

        Assert.Contains("nobody sees that you are online", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("muted: ", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("pinned: none", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Piped_output_has_no_colours_and_no_prompt()
    {
        Server.Post(Bob, AliceAndBob, "hi \u001b[31malice");
        using var output = new StringWriter();
        using var error = new StringWriter();
        using var input = new StringReader("/help\n/to 2\nhello [bob]\n/history 2\n/quit\n");

        var exitCode = await new CommandLineProgram(input, output, error).RunAsync(["--port", $"{Server.Port}", "--name", "alice", "--password", "pw"]);

        Assert.Equal(0, exitCode);
        Assert.DoesNotContain('\u001b', output.ToString());
        Assert.Contains("chat:id:msg", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("logged in as alice (id 1)", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("bob: hi ·[31malice", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("hello [bob]", output.ToString(), StringComparison.Ordinal);
    }

    async Task<ScriptRun> ScriptAsync(string arguments, string script)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        using var input = new StringReader(script);
        string[] all = ["--script", "--port", $"{Server.Port}", .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
        var exitCode = await new CommandLineProgram(input, output, error).RunAsync(all);
        Assert.Equal("", error.ToString());
        return new(exitCode, [.. output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Parse)]);
    }

    static JsonElement Parse(string line)
    {
        using var document = JsonDocument.Parse(line);
        return document.RootElement.Clone();
    }

    static string? Name(JsonElement result) => result.GetProperty("result").GetString();

    sealed record ScriptRun(int ExitCode, IReadOnlyList<JsonElement> Lines)
    {
        public IReadOnlyList<JsonElement> Results => [.. Lines.Where(line => line.TryGetProperty("result", out _))];

        public IEnumerable<JsonElement> Events(string name) =>
            Lines.Where(line => line.TryGetProperty("event", out var kind) && kind.GetString() == name);
    }
}
