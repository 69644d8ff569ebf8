using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Chat.Ctl;
using Chat.Node.Storage;
using Chat.Tests.Api;
using Chat.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Chat.Tests.Ctl;

/// <summary>chatctl as it is called, without a process of its own, against a whole node.</summary>
[Collection(ApiCollection.Name)]
public sealed class ChatctlTests(ApiNode node) : IDisposable
{
    readonly TestFolder _folder = new();

    sealed record Run(int Exit, string Output, string Error)
    {
        public JsonElement Json => JsonDocument.Parse(Output).RootElement;
    }

    [Fact]
    public async Task Users_are_found_shut_out_let_in_and_given_passwords()
    {
        var name = ApiNode.NewName();
        var id = await node.NewUserAsync(name);
        Assert.Contains($"id: {id}", (await DoneAsync("users", "find", name)).Output, StringComparison.Ordinal);
        Assert.True((await DoneAsync("users", "disable", name, "--json")).Json.GetProperty("disabled").GetBoolean());
        Assert.False((await DoneAsync("users", "enable", $"{id}", "--json")).Json.GetProperty("disabled").GetBoolean());
        var password = (await DoneAsync("users", "reset-password", name, "--json")).Json.GetProperty("password").GetString()!;
        using var client = await LineClient.ConnectAsync(node.ChatPort);
        Assert.Equal(0, (await client.AskAsync(new { msgid = 1, name, password })).GetProperty("errno").GetInt32());
        await Eventually.EqualAsync(1, async () => (await DoneAsync("users", "sessions", name, "--json")).Json.GetProperty("here").GetArrayLength());

        await DoneAsync("users", "kick", name);
        Assert.Equal(106, (await client.NextAsync())!.Value.GetProperty("msgid").GetInt32());
        Assert.Null(await client.NextAsync());
        await DoneAsync("users", "reset-password", name, "--password-stdin", "<", "another one");
        using var again = await LineClient.ConnectAsync(node.ChatPort);
        Assert.Equal(0, (await again.AskAsync(new { msgid = 1, name, password = "another one" })).GetProperty("errno").GetInt32());
    }

    [Fact]
    public async Task A_user_is_exported_and_erased_and_all_of_it_is_in_the_audit_log()
    {
        var name = ApiNode.NewName();
        var id = await node.NewUserAsync(name);
        Assert.Equal(HttpStatusCode.OK, (await node.PostAsync("/messages", new { from = id, to = await node.NewUserAsync(), msg = "hi" })).Status);
        var printed = (await DoneAsync("users", "export", name)).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(["user", "conversation", "message"], printed.Select(line => line.GetProperty("type").GetString()));
        var file = Path.Combine(_folder.Path, "export.jsonl");
        Assert.Equal(3, (await DoneAsync("users", "export", name, "--output", file, "--json")).Json.GetProperty("lines").GetInt32());
        Assert.Equal(printed.Select(line => line.GetRawText()), await File.ReadAllLinesAsync(file));
        Assert.Equal(ExitCode.WrongUsage, (await RunAsync("users", "export", name, "--output", file)).Exit); // it is there

        Assert.Equal(ExitCode.WrongUsage, (await RunAsync("users", "erase", name)).Exit);
        Assert.Equal(ExitCode.NotFound, (await RunAsync("users", "erasure", $"{id}")).Exit);
        Assert.Equal(id, (await DoneAsync("users", "erase", name, "--yes", "--json")).Json.GetProperty("id").GetInt32());
        Assert.Contains($"user {id} is", (await DoneAsync("users", "erasure", $"{id}")).Output, StringComparison.Ordinal);
        var entries = (await DoneAsync("audit", "--subject", $"users/{id}", "--json")).Json.GetProperty("entries").EnumerateArray().ToList();
        Assert.Equal(["eraseUser", "exportUser", "exportUser"], entries.Select(entry => entry.GetProperty("operation").GetString()));
        Assert.Equal([202, 200, 200], entries.Select(entry => entry.GetProperty("result").GetInt32()));
        Assert.Contains("there are older entries", (await DoneAsync("audit", "--limit", "1")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_export_that_fails_in_the_middle_leaves_nothing_and_can_be_done_again()
    {
        var id = await node.NewUserAsync();
        var file = Path.Combine(_folder.Path, "again.jsonl");
        await using (var door = new FailingDoor(node.Http.BaseAddress!, failures: [1])) // the first one finds the user
        {
            Assert.Equal(ExitCode.Unavailable, (await RunAsync("users", "export", $"{id}", "--output", file, "--node", door.Address)).Exit);
            Assert.Empty(Directory.EnumerateFiles(_folder.Path, "again*"));
            Assert.Equal(0, (await RunAsync("users", "export", $"{id}", "--output", file, "--node", door.Address)).Exit);
        }

        Assert.Equal([file], Directory.EnumerateFiles(_folder.Path, "again*"));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    [Fact]
    public async Task A_group_is_shown_with_all_of_its_members()
    {
        var creator = await node.NewUserAsync();
        var members = new List<int> { creator };
        for (var i = 0; i < 120; i++)
            members.Add(await node.NewUserAsync());
        var group = await node.NewGroupAsync(creator, [.. members.Skip(1)]);
        Assert.Contains($"id: {group}", (await DoneAsync("groups", "show", $"{group}")).Output, StringComparison.Ordinal);
        Assert.Equal(members, IdsOf(await DoneAsync("groups", "members", $"{group}", "--json")));
        var first = await DoneAsync("groups", "members", $"{group}", "--limit", "50", "--json");
        Assert.Equal((50, true), (IdsOf(first).Count, first.Json.GetProperty("more").GetBoolean()));
        Assert.Contains($"there are more members: --after {members[49]}", (await DoneAsync("groups", "members", $"{group}", "--limit", "50")).Output, StringComparison.Ordinal);
        Assert.Equal(members.Skip(100), IdsOf(await DoneAsync("groups", "members", $"{group}", "--after", $"{members[99]}", "--json")));
        Assert.Equal(ExitCode.Refused, (await RunAsync("groups", "members", $"{group}", "--limit", "0")).Exit);

        static List<int> IdsOf(Run run) => [.. run.Json.GetProperty("members").EnumerateArray().Select(member => member.GetProperty("id").GetInt32())];
    }

    [Fact]
    public async Task Waiting_for_an_erasure_ends_when_nothing_is_left()
    {
        var id = await node.NewUserAsync();
        var told = await DoneAsync("users", "erase", $"{id}", "--yes", "--wait");
        Assert.Contains($"user {id} is erased", told.Output, StringComparison.Ordinal);
        Assert.True((await DoneAsync("users", "erasure", $"{id}", "--json")).Json.TryGetProperty("done", out _));
    }

    [Fact]
    public async Task A_name_that_is_a_number_can_be_said()
    {
        var name = $"{Random.Shared.Next(1_000_000_000, 2_000_000_000)}";
        var id = await node.NewUserAsync(name);
        Assert.Equal(id, (await DoneAsync("users", "find", $"name:{name}", "--json")).Json.GetProperty("id").GetInt32());
        Assert.Equal(ExitCode.NotFound, (await RunAsync("users", "find", name)).Exit);
    }

    [Fact]
    public async Task Keys_are_made_listed_and_revoked()
    {
        var name = ApiNode.NewName();
        var made = (await DoneAsync("key", "create", name, "--scope", "read", "--json")).Json;
        var (id, key) = (made.GetProperty("id").GetInt32(), made.GetProperty("key").GetString()!);
        Assert.Contains(name, (await DoneAsync("key", "list")).Output, StringComparison.Ordinal);
        var refused = await WithKeyAsync(key, "users", "disable", "1");
        Assert.Equal((ExitCode.NoAccess, true), (refused.Exit, refused.Error.Contains("lacks the scope \"manage\"", StringComparison.Ordinal)));
        await DoneAsync("key", "revoke", $"{id}");
        Assert.Contains("does not know this key", (await WithKeyAsync(key, "members")).Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.NotFound, (await RunAsync("key", "revoke", $"{id}")).Exit);
    }

    [Fact]
    public async Task A_message_is_traced_and_one_that_is_not_there_is_said_to_be_missing()
    {
        var (alice, bob) = (await node.NewUserAsync(), await node.NewUserAsync());
        var sent = await node.PostAsync("/messages", new { from = alice, to = bob, msg = "hi" });
        var (conversation, seq) = ($"d:{alice}:{bob}", sent.Json.GetProperty("seq").GetInt64());
        await Eventually.EqualAsync(true, async () => (await DoneAsync("trace", conversation, $"{seq}")).Output.Contains("queued", StringComparison.Ordinal));
        var told = (await DoneAsync("trace", conversation, $"{seq}")).Output;
        Assert.Contains($"node: {node.Service<NodeIdentity>().Name}", told, StringComparison.Ordinal);
        Assert.Matches($@"(?m)^{bob}\s+queued\s+\d+", told);
        var missing = await RunAsync("trace", conversation, $"{seq + 1000}", "--json");
        Assert.Equal(ExitCode.NotFound, missing.Exit);
        Assert.Equal(ExitCode.NotFound, JsonDocument.Parse(missing.Error).RootElement.GetProperty("exit").GetInt32());
        Assert.Equal(ExitCode.Refused, (await RunAsync("trace", "nonsense", "1")).Exit);
    }

    [Fact]
    public async Task The_cluster_and_its_shards_are_shown()
    {
        Assert.Contains("up", (await DoneAsync("members")).Output, StringComparison.Ordinal);
        await node.PostAsync("/messages", new { from = await node.NewUserAsync(), to = await node.NewUserAsync(), msg = "hi" }); // somebody is at work
        await Eventually.EqualAsync(true, async () =>
            (await DoneAsync("shards", "--json")).Json.GetProperty("conversations").EnumerateArray().Sum(each => each.GetProperty("entities").GetInt32()) > 0);
    }

    [Fact]
    public async Task The_only_node_is_not_drained_by_accident()
    {
        var asked = await RunAsync("safe-to-stop");
        Assert.Equal((ExitCode.NotSafe, true), (asked.Exit, asked.Output.Contains("no other node", StringComparison.Ordinal)));
        var refused = await RunAsync("drain");
        Assert.Equal((ExitCode.NotSafe, true), (refused.Exit, refused.Error.Contains("--force", StringComparison.Ordinal)));
        Assert.Equal(0, (await DoneAsync("members", "--json")).Json.GetProperty("leftovers").GetInt32()); // it is still there
    }

    [Fact]
    public async Task A_drain_ends_the_node_and_what_was_changed_is_in_the_log_with_the_key_that_did_it()
    {
        using var log = new CapturedLog();
        await using var started = await StartedNode.StartAsync(
            services => services.AddSingleton<ILoggerProvider>(log), $"--Chat:Api:Keys:0={ApiNode.Key}", "--Logging:LogLevel:Chat.Node.Api=Information");
        var id = await started.Node.NewUserAsync();
        Assert.Equal(0, (await RunAsync(started.Node, KeyFile(ApiNode.Key), "users", "disable", $"{id}")).Exit);
        Assert.Equal(0, (await RunAsync(started.Node, KeyFile(ApiNode.Key), "users", "find", $"{id}")).Exit);
        var line = Assert.Single(log.Of("Changed"));
        Assert.Contains($"PATCH /api/v1/users/{id} was answered with 200, asked for by key 0 of the settings from 127.0.0.1", line, StringComparison.Ordinal);
        Assert.DoesNotContain(ApiNode.Key, line, StringComparison.Ordinal);

        var stopping = new TaskCompletionSource();
        started.Node.Service<IHostApplicationLifetime>().ApplicationStopping.Register(stopping.SetResult);
        Assert.Equal(0, (await RunAsync(started.Node, KeyFile(ApiNode.Key), "drain", "--force")).Exit);
        await stopping.Task.WaitAsync(Eventually.Patience);
    }

    [Theory]
    [InlineData("users", "find")]
    [InlineData("trace", "d:1:2", "abc")]
    [InlineData("nonsense")]
    public async Task What_cannot_be_understood_is_an_error_on_standard_error_alone(params string[] arguments)
    {
        var run = await RunAsync(arguments);
        Assert.Equal((ExitCode.WrongUsage, ""), (run.Exit, run.Output));
        Assert.Contains("Usage:\n  chatctl ", run.Error.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        run = await RunAsync([.. arguments, "--json"]);
        Assert.Equal((ExitCode.WrongUsage, ""), (run.Exit, run.Output));
        var error = JsonDocument.Parse(run.Error).RootElement;
        Assert.Equal(ExitCode.WrongUsage, error.GetProperty("exit").GetInt32());
        Assert.NotEqual("", error.GetProperty("error").GetString());
    }

    [Theory]
    [InlineData(ExitCode.WrongUsage, "users")]
    [InlineData(ExitCode.WrongUsage, "nonsense")]
    [InlineData(ExitCode.WrongUsage, "key", "create", "x", "--scope", "root")]
    [InlineData(ExitCode.WrongUsage, "members", "--timeout", "0")]
    [InlineData(ExitCode.WrongUsage, "members", "--node", "nonsense")]
    [InlineData(ExitCode.NotFound, "users", "find", "nobody has this name")]
    [InlineData(ExitCode.NotFound, "users", "kick", "2000000000")]
    [InlineData(ExitCode.NotFound, "groups", "show", "2000000000")]
    [InlineData(ExitCode.NotFound, "webhooks", "deliveries", "2000000000")]
    public async Task What_is_wrong_has_an_exit_code_and_a_word(int exit, params string[] arguments)
    {
        var run = await RunAsync(arguments);
        Assert.Equal((exit, true), (run.Exit, run.Error.Length > 0));
    }

    [Fact]
    public async Task Without_a_key_or_with_a_wrong_one_nothing_is_told()
    {
        var without = await RunAsync(node, null, "members");
        Assert.Equal((ExitCode.NoAccess, true), (without.Exit, without.Error.Contains("CHATCTL_KEY", StringComparison.Ordinal)));
        var wrong = await WithKeyAsync("a-key-that-nobody-has-ever-made-here", "members");
        Assert.Equal((ExitCode.NoAccess, true), (wrong.Exit, wrong.Error.Contains("does not know this key", StringComparison.Ordinal)));
        Assert.DoesNotContain("a-key-that", wrong.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.WrongUsage, (await WithKeyAsync("two\nlines", "members")).Exit);
    }

    [Fact]
    public async Task A_node_that_does_not_answer_is_named()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var address = $"http://{silent.LocalEndpoint}";
        var run = await RunAsync("members", "--node", address, "--timeout", "1");
        Assert.Equal((ExitCode.Unavailable, true), (run.Exit, run.Error.Contains("has not answered within 1 s", StringComparison.Ordinal)));
        silent.Stop();
        var gone = await RunAsync("members", "--node", address);
        Assert.Equal((ExitCode.Unavailable, true), (gone.Exit, gone.Error.Contains("cannot be reached", StringComparison.Ordinal)));
    }

    public void Dispose() => _folder.Dispose();

    async Task<Run> DoneAsync(params string[] arguments)
    {
        var run = await RunAsync(arguments);
        Assert.True(run.Exit == 0, $"{run.Exit}: {run.Error}");
        return run;
    }

    Task<Run> RunAsync(params string[] arguments) => RunAsync(node, KeyFile(ApiNode.Key), arguments);

    Task<Run> WithKeyAsync(string key, params string[] arguments) => RunAsync(node, KeyFile(key), arguments);

    string KeyFile(string key)
    {
        var file = Path.Combine(_folder.Path, $"{Guid.NewGuid():n}.key");
        File.WriteAllText(file, $"{key}\n");
        return file;
    }

    /// <summary>Behind <c>&lt;</c> comes what is on standard input.</summary>
    static async Task<Run> RunAsync(ApiNode node, string? keyFile, params string[] arguments)
    {
        var at = Array.IndexOf(arguments, "<");
        List<string> all = [.. at < 0 ? arguments : arguments[..at]];
        if (!all.Contains("--node"))
            all.AddRange(["--node", node.Http.BaseAddress!.ToString()]);
        if (keyFile is not null)
            all.AddRange(["--key-file", keyFile]);
        using var input = new StringReader(at < 0 ? "" : $"{arguments[at + 1]}\n");
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exit = await new CtlProgram(input, output, error).RunAsync([.. all]);
        return new Run(exit, output.ToString(), error.ToString());
    }
}
