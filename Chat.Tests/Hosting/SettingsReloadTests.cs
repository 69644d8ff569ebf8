using System.Net;
using Chat.Ctl;
using Chat.Node.Hosting;
using Chat.Node.Settings;
using Chat.Tests.Api;
using Chat.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Chat.Tests.Hosting;

/// <summary>Settings that are read again while the node runs.</summary>
public sealed class SettingsReloadTests
{
    const string NewKey = "another-key-of-the-settings-that-is-long-enough";

    /// <summary>What a file would say.</summary>
    readonly Dictionary<string, string?> _wanted = [];

    [Fact]
    public async Task What_can_be_another_one_is_in_force_at_once_and_the_rest_is_named()
    {
        await using var started = await StartAsync();
        var node = started.Node;
        var same = await node.PostAsync("/node/reload", new { });
        Assert.Equal([], Names(same, "applied").Concat(Names(same, "restart")));
        (_wanted["Chat:Limits:GroupMembers"], _wanted["Chat:Limits:FramesPerSecond"]) = ("2", "7");
        (_wanted["Chat:Limits:MaxFrameBytes"], _wanted["Chat:Limits:MaxConnections"], _wanted["Logging:LogLevel:Chat.Node"]) = ("70000", "77", "Debug");
        var (alice, bob, carol) = (await node.NewUserAsync(), await node.NewUserAsync(), await node.NewUserAsync());
        var checkedFirst = await node.PostAsync("/node/reload?check=true", new { });
        Assert.Equal(10_000, node.Service<ChatSettings>().Limits.GroupMembers); // it only says so

        var reloaded = await node.PostAsync("/node/reload", new { });
        Assert.Equal(checkedFirst.Json.GetRawText(), reloaded.Json.GetRawText());
        Assert.Equal(
            ["Chat:Limits:FramesPerSecond", "Chat:Limits:GroupMembers", "Chat:Limits:MaxConnections", "Logging:LogLevel:Chat.Node"], Names(reloaded, "applied"));
        Assert.Equal(["Chat:Limits:MaxFrameBytes"], Names(reloaded, "restart"));
        (await node.PostAsync("/groups", new { name = ApiNode.NewName(), creator = alice, members = new[] { bob, carol } })).AssertProblem(HttpStatusCode.UnprocessableEntity, 16);
        Assert.Equal(7, node.Service<ChatSettings>().Limits.FramesPerSecond);
        Assert.Equal(77, node.Service<Chat.Node.Gateway.ConnectionLimit>().Max);
        Assert.Equal(65536, node.Service<ChatSettings>().Limits.MaxFrameBytes);
        Assert.Equal(["Chat:Limits:MaxFrameBytes"], Names(await node.PostAsync("/node/reload", new { }), "restart")); // still
    }

    [Fact]
    public async Task A_wrong_setting_is_named_and_nothing_is_changed()
    {
        await using var started = await StartAsync();
        (_wanted["Chat:Limits:Devices"], _wanted["Chat:Limits:OutboxFrames"]) = ("3", "few");
        var refused = await started.Node.PostAsync("/node/reload", new { });
        refused.AssertProblem(HttpStatusCode.UnprocessableEntity, 4);
        Assert.StartsWith("Chat:Limits:OutboxFrames is \"few\"", refused.Text("detail"), StringComparison.Ordinal);
        Assert.Equal(50, started.Node.Service<ChatSettings>().Limits.Devices);
        _wanted.Remove("Chat:Limits:OutboxFrames");
        _wanted["Chat:Limits:Devises"] = "3";
        Assert.Contains("Chat:Limits:Devises", (await started.Node.PostAsync("/node/reload", new { })).Text("detail"), StringComparison.Ordinal);
        var entries = (await started.Node.GetAsync("/audit?subject=node/reload")).Json.GetProperty("entries");
        Assert.Equal([422, 422], entries.EnumerateArray().Select(entry => entry.GetProperty("result").GetInt32()));
    }

    /// <summary>A check says what a reload would: the files are looked at, and the database's connection string.</summary>
    [Theory]
    [InlineData("Chat:Certificate: ", "Chat:TlsPort", "0", "Chat:Certificate", "/nowhere/a.pem", "Chat:CertificateKey", "/nowhere/a.key")]
    [InlineData("which would not outlive the node", "Chat:Storage:ConnectionString", "Data Source=:memory:")]
    public async Task What_would_stop_a_start_is_refused_and_a_check_says_so(string said, params string[] wanted)
    {
        await using var started = await StartAsync();
        for (var at = 0; at < wanted.Length; at += 2)
            _wanted[wanted[at]] = wanted[at + 1];
        foreach (var path in (string[])["/node/reload?check=true", "/node/reload"])
        {
            var refused = await started.Node.PostAsync(path, new { });
            refused.AssertProblem(HttpStatusCode.UnprocessableEntity, 4);
            Assert.Contains(said, refused.Text("detail"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_key_of_the_settings_is_exchanged_and_never_shown()
    {
        await using var started = await StartAsync();
        var node = started.Node;
        _wanted["Chat:Api:Keys:0"] = NewKey;
        Assert.Equal(["Chat:Api:Keys"], Names(await node.PostAsync("/node/reload", new { }), "applied"));
        (await node.GetAsync("/node/settings")).AssertProblem(HttpStatusCode.Unauthorized, 3);
        var shown = await node.AskAsync(HttpMethod.Get, "/node/settings", key: NewKey);
        var settings = shown.Json.GetProperty("settings").EnumerateArray().ToDictionary(each => each.GetProperty("key").GetString()!, each => each.GetProperty("value").GetString());
        Assert.Equal(("***", "16384"), (settings["Chat:Api:Keys:0"], settings["Chat:Limits:MaxTextBytes"]));
        Assert.DoesNotContain(NewKey, shown.Json.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_signal_does_the_same_and_is_in_the_audit_log()
    {
        await using var started = await StartAsync();
        var node = started.Node;
        _wanted["Chat:Limits:RecallSeconds"] = "5";
        await node.Service<ReloadSignal>().OnSignalAsync();
        Assert.Equal(5, node.Service<ChatSettings>().Limits.RecallSeconds);
        _wanted["Chat:Limits:RecallSeconds"] = "soon";
        await node.Service<ReloadSignal>().OnSignalAsync();
        var entries = (await node.GetAsync("/audit?subject=node/reload")).Json.GetProperty("entries").EnumerateArray().ToList();
        Assert.Equal([("SIGHUP", 422), ("SIGHUP", 200)], entries.Select(entry => (entry.GetProperty("name").GetString()!, entry.GetProperty("result").GetInt32())));
        Assert.All(entries, entry => Assert.False(entry.TryGetProperty("key", out _)));

        node.Database.Writes = Actors.StatementFault.Refused; // whoever is at the machine is not kept from it
        _wanted["Chat:Limits:RecallSeconds"] = "6";
        await node.Service<ReloadSignal>().OnSignalAsync();
        Assert.Equal(6, node.Service<ChatSettings>().Limits.RecallSeconds);
    }

    [Fact]
    public async Task Chatctl_checks_reloads_and_prints()
    {
        await using var started = await StartAsync();
        _wanted["Chat:Limits:Devices"] = "9";
        Assert.Equal((0, true), await RunAsync(started.Node, "would be in force: Chat:Limits:Devices", "config", "check"));
        Assert.Equal((0, true), await RunAsync(started.Node, "in force now: Chat:Limits:Devices", "config", "reload"));
        Assert.Equal((0, true), await RunAsync(started.Node, "Chat:Limits:Devices = 9 (", "config", "print"));
        _wanted["Chat:Limits:Devices"] = "none";
        Assert.Equal((ExitCode.Refused, true), await RunAsync(started.Node, "Chat:Limits:Devices is \"none\"", "config", "reload"));
    }

    [Theory]
    [InlineData("Chat:Limits:Devices", true)]
    [InlineData("chat:limits:devices", true)]
    [InlineData("Chat:Api:Keys:7", true)]
    [InlineData("Logging:LogLevel:Default", true)]
    [InlineData("Chat:Limits:IdleSeconds", false)]
    [InlineData("Chat:Auth:Issuers:0:Secret", false)]
    [InlineData("Chat:Port", false)]
    public void A_setting_counts_at_once_or_after_a_restart(string key, bool isReloadable) => Assert.Equal(isReloadable, SettingsReload.IsReloadable(key));

    [Fact]
    public void Every_limit_that_may_change_is_taken_over()
    {
        var properties = typeof(ChatLimits).GetProperties().Where(property => property.CanWrite && SettingsReload.IsReloadable($"Chat:Limits:{property.Name}")).ToList();
        var (limits, other) = (new ChatLimits(), new ChatLimits());
        foreach (var property in properties)
            property.SetValue(other, (int)property.GetValue(other)! + 1);
        limits.Take(other);
        Assert.Equal(11, properties.Count);
        Assert.All(properties, property => Assert.Equal(property.GetValue(other), property.GetValue(limits)));
    }

    /// <summary>What the node was started with counts where nothing else is said.</summary>
    Task<StartedNode> StartAsync() => StartedNode.StartAsync(
        services =>
        {
            var real = (SettingsSource)services.Last(service => service.ServiceType == typeof(SettingsSource)).ImplementationInstance!;
            services.AddSingleton(new SettingsSource(() =>
            {
                var configuration = real.Read();
                foreach (var (key, value) in _wanted)
                    configuration[key] = value; // not one on top of the other: an empty value would be lost
                return configuration;
            }));
        },
        $"--Chat:Api:Keys:0={ApiNode.Key}");

    static List<string> Names(Api.Answer answer, string key) => [.. answer.Json.GetProperty(key).EnumerateArray().Select(name => name.GetString()!)];

    static async Task<(int Exit, bool IsSaid)> RunAsync(ApiNode node, string said, params string[] arguments)
    {
        using var folder = new TestFolder();
        var file = Path.Combine(folder.Path, "key");
        await File.WriteAllTextAsync(file, ApiNode.Key);
        using var output = new StringWriter();
        var exit = await new CtlProgram(TextReader.Null, output, output).RunAsync([.. arguments, "--node", node.Http.BaseAddress!.ToString(), "--key-file", file]);
        return (exit, output.ToString().Contains(said, StringComparison.Ordinal));
    }
}
