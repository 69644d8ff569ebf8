using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Chat.Node.Settings;
using Chat.SystemTests.EndToEnd;
using Chat.Tests.Support;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace Chat.SystemTests.Deployment;

/// <summary>A node as a service of systemd: a real process, and a real socket in place of systemd.</summary>
[Collection(NodeCollection.Name)]
public sealed partial class ServiceTests : IDisposable
{
    const string Unit = "deploy/systemd/chatactors.service";

    readonly TestFolder _folder = new();
    readonly Socket _systemd = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);

    public void Dispose()
    {
        _systemd.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_node_tells_systemd_when_it_is_ready_that_it_lives_and_that_it_ends()
    {
        await using var node = Launch(watchdog: TimeSpan.FromSeconds(3));
        Assert.Equal("READY=1", await NextAsync());
        Assert.True(await node.IsReadyAsync(), "it said that it was ready");
        await using (var client = await node.LogInNewAsync("alice"))
            Assert.True(client.UserId > 0);

        Assert.Equal("WATCHDOG=1", await NextAsync());
        await node.SignalAsync("STOP"); // the process hangs
        while (await NextAsync(TimeSpan.FromSeconds(1)) is not null)
        {
            // what was under way
        }

        Assert.Null(await NextAsync(TimeSpan.FromSeconds(4))); // systemd would end it now
        await node.SignalAsync("CONT");
        Assert.Equal("WATCHDOG=1", await NextAsync());
        await node.TerminateAsync();
        while (await NextAsync() is var told && told != "STOPPING=1")
            Assert.Equal("WATCHDOG=1", told);
        Assert.Equal(0, await node.ExitCodeAsync());
    }

    [Fact]
    public async Task A_node_that_cannot_start_is_never_ready()
    {
        await using var node = Launch(watchdog: null, "--Chat:Nonsense=1");
        Assert.Equal(2, await node.ExitCodeAsync());
        Assert.Null(await NextAsync(TimeSpan.Zero));
    }

    [Fact]
    public void The_unit_fits_the_node()
    {
        var lines = Repository.Read(Unit).Split('\n');
        Assert.Contains("Type=notify", lines);
        Assert.Contains("RestartPreventExitStatus=2", lines);
        Assert.Contains("ExecReload=/bin/kill -HUP $MAINPID", lines);
        Assert.Contains($"Environment={SettingsFile.Variable}=/etc/chatactors/settings.json", lines);
        Assert.True(int.Parse(ValueOf("TimeoutStopSec")) > 60, "draining may take up to a minute");
        Assert.True(int.Parse(ValueOf("LimitNOFILE")) >= 100_000);

        string ValueOf(string key) => Assert.Single(lines, line => line.StartsWith($"{key}=", StringComparison.Ordinal))[(key.Length + 1)..];
    }

    /// <summary>But for the program, which is not there before the package is installed.</summary>
    [Fact]
    public async Task Systemd_finds_nothing_wrong_with_the_unit()
    {
        var text = Repository.Read(Unit).Replace("ExecStart=/usr/lib/chatactors/Chat.Node", "ExecStart=/bin/true", StringComparison.Ordinal);
        Assert.Equal((0, ""), await VerifyAsync(text));
        var (_, said) = await VerifyAsync(text.Replace("WatchdogSec=30", "WatchdogSeconds=30", StringComparison.Ordinal));
        Assert.Contains("WatchdogSeconds", said, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_setting_that_its_variables_show_is_known()
    {
        var shown = Variable().Matches(Repository.Read("deploy/systemd/chatactors.env")).Select(match => KeyValuePair.Create(match.Groups["name"].Value, match.Groups["value"].Value)).ToList();
        Assert.True(shown.Count > 5);
        var settings = NodeEnvironment.Read(shown);
        Assert.Equal(("10.0.0.11", 4053), (settings.ClusterHostname, settings.ClusterPort));
    }

    [Fact]
    public void The_file_of_settings_that_is_installed_is_understood()
    {
        using var configuration = new ConfigurationManager();
        configuration.AddSettingsFile(Path.Combine(Repository.Root, "deploy/systemd/settings.json"));
        HostSettings.Check(configuration);
        Assert.Empty(ChatSettings.Read(configuration).Api.Keys);
        Assert.Equal("Information", configuration["Logging:LogLevel:Chat.Node"]);

        // What is proposed there is understood, too.
        var file = Path.Combine(_folder.Path, "proposed.json");
        File.WriteAllText(file, Repository.Read("deploy/systemd/settings.json").Replace("    // \"", "    \"", StringComparison.Ordinal));
        using var proposed = new ConfigurationManager();
        proposed.AddSettingsFile(file);
        Assert.Single(ChatSettings.Read(proposed).Api.Keys);
    }

    /// <summary>What <c>systemctl reload</c> does, with the file that the unit names.</summary>
    [Fact]
    public async Task A_changed_file_of_settings_counts_when_the_node_is_told()
    {
        var file = Path.Combine(_folder.Path, "settings.json");
        await File.WriteAllTextAsync(file, """{"Chat":{"Api":{"Keys":["the-first-key-of-the-settings-is-long-enough"]}}}""");
        await using var node = await NodeProcess.StartBehindAsync(_folder, $"{SettingsFile.Variable}={file} exec \"$@\"");
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Unauthorized), await AnswersAsync());
        await File.WriteAllTextAsync(file, """{"Chat":{"Api":{"Keys":["the-other-key-of-the-settings-is-long-enough"]}}}""");
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Unauthorized), await AnswersAsync());
        await node.SignalAsync("HUP");
        await Eventually.EqualAsync((HttpStatusCode.Unauthorized, HttpStatusCode.OK), AnswersAsync);

        async Task<(HttpStatusCode First, HttpStatusCode Other)> AnswersAsync() => (await AnswerAsync("first"), await AnswerAsync("other"));

        async Task<HttpStatusCode> AnswerAsync(string key)
        {
            using var http = new HttpClient { Timeout = TestNode.Patience };
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", $"the-{key}-key-of-the-settings-is-long-enough");
            using var response = await http.GetAsync(new Uri($"http://127.0.0.1:{node.HttpPort}/api/v1/cluster/members"));
            return response.StatusCode;
        }
    }

    async Task<(int Exit, string Said)> VerifyAsync(string unit)
    {
        var path = Path.Combine(_folder.Path, "chatactors.service");
        await File.WriteAllTextAsync(path, unit);
        return await Shell.OutputAsync(["systemd-analyze", "verify", "--man=no", path], TestNode.Patience);
    }

    NodeProcess Launch(TimeSpan? watchdog, params string[] settings)
    {
        var path = Path.Combine(_folder.Path, "notify");
        _systemd.Bind(new UnixDomainSocketEndPoint(path));
        var limit = watchdog is { } time ? $"WATCHDOG_USEC={(long)time.TotalMicroseconds} WATCHDOG_PID=$$ " : "";
        return NodeProcess.LaunchBehind(_folder, $"NOTIFY_SOCKET={path} {limit}exec \"$@\"", settings: settings);
    }

    /// <summary>The first line of the next datagram; null: none comes in this time.</summary>
    async Task<string?> NextAsync(TimeSpan? patience = null)
    {
        using var deadline = new CancellationTokenSource(patience ?? TestNode.Patience * 2);
        var datagram = new byte[1000];
        try
        {
            if (patience == TimeSpan.Zero && _systemd.Available == 0)
                return null;
            return Encoding.UTF8.GetString(datagram, 0, await _systemd.ReceiveAsync(datagram, deadline.Token)).Split('\n')[0];
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    [GeneratedRegex(@"^#?(?<name>Chat__\w+)=(?<value>.+)$", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 5000)]
    private static partial Regex Variable();
}
