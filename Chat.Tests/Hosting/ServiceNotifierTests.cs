using System.Net.Sockets;
using System.Text;
using Chat.Node.Hosting;
using Chat.Node.Settings;
using Chat.Tests.Support;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Chat.Tests.Hosting;

/// <summary>What systemd is told, by a real socket in its place. A whole node as a service is in Chat.SystemTests/Deployment.</summary>
public sealed class ServiceNotifierTests : IDisposable
{
    readonly TestFolder _folder = new();
    readonly Lifetime _lifetime = new();
    readonly Socket _systemd = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    bool _isReady;
    bool _answers = true;

    public ServiceNotifierTests()
    {
        _systemd.Bind(new UnixDomainSocketEndPoint(Path));
        _systemd.Blocking = false;
    }

    string Path => System.IO.Path.Combine(_folder.Path, "notify");

    public void Dispose()
    {
        _systemd.Dispose();
        _lifetime.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task It_is_ready_once_when_the_node_is()
    {
        using var socket = Open()!;
        using var notifier = Notifier(socket);
        await notifier.LookAsync();
        Assert.Equal([], Told());
        _isReady = true;
        await notifier.LookAsync();
        await notifier.LookAsync();
        Assert.Equal(["READY=1"], Told());
    }

    [Fact]
    public async Task It_gives_signs_of_life_for_as_long_as_the_node_answers_and_not_before_it_is_ready()
    {
        using var socket = Open(("WATCHDOG_USEC", "3000000"))!;
        Assert.Equal(TimeSpan.FromSeconds(3), socket.Watchdog);
        using var notifier = Notifier(socket);
        await notifier.LookAsync();
        Assert.Equal([], Told());
        _isReady = true;
        await notifier.LookAsync();
        Assert.Equal(["READY=1", "WATCHDOG=1"], Told());
        _answers = false;
        await notifier.LookAsync();
        Assert.Equal([], Told());
        _answers = true;
        _isReady = false; // the database is away: no reason to end the node
        await notifier.LookAsync();
        Assert.Equal(["WATCHDOG=1"], Told());
    }

    [Fact]
    public async Task A_node_that_ends_says_so_and_is_not_ended_for_it()
    {
        using var socket = Open(("WATCHDOG_USEC", "3000000"))!;
        using var notifier = Notifier(socket);
        _isReady = true;
        await notifier.StartAsync(default);
        await Eventually.TrueAsync(() => Told().Contains("WATCHDOG=1", StringComparer.Ordinal));
        _answers = false; // its actors have ended
        _lifetime.Stop();
        await Eventually.TrueAsync(() => Told().Contains("STOPPING=1", StringComparer.Ordinal));
        await notifier.LookAsync();
        Assert.Contains("WATCHDOG=1", Told());
        await notifier.StopAsync(default);
    }

    [Fact]
    public async Task A_manager_that_is_gone_or_does_not_read_holds_nobody_up()
    {
        using var socket = Open(("WATCHDOG_USEC", "3000000"))!;
        using var notifier = Notifier(socket);
        _isReady = true;
        for (var i = 0; i < 5000; i++) // more than a socket holds
            await notifier.LookAsync().WaitAsync(Eventually.Patience);
        _systemd.Dispose();
        await notifier.LookAsync().WaitAsync(Eventually.Patience);
    }

    [Fact]
    public void Without_a_manager_there_is_nobody_to_tell() => Assert.Null(NotifySocket.Open(_ => null));

    [Fact]
    public void A_watchdog_of_another_process_is_not_ours()
    {
        using var other = Open(("WATCHDOG_USEC", "3000000"), ("WATCHDOG_PID", "1"))!;
        Assert.Null(other.Watchdog);
        using var own = Open(("WATCHDOG_USEC", "3000000"), ("WATCHDOG_PID", $"{Environment.ProcessId}"))!;
        Assert.NotNull(own.Watchdog);
    }

    [Theory]
    [InlineData("NOTIFY_SOCKET", "notify")]
    [InlineData("NOTIFY_SOCKET", "/nobody/listens/here")]
    [InlineData("NOTIFY_SOCKET", "@nobody-listens-here-either")]
    [InlineData("WATCHDOG_USEC", "soon")]
    [InlineData("WATCHDOG_USEC", "-1")]
    [InlineData("WATCHDOG_USEC", "99999999999999999999")]
    public void What_no_manager_sets_is_named(string variable, string value)
    {
        var wrong = Assert.Throws<SettingsException>(() => Open((variable, value)));
        Assert.StartsWith($"{variable} is \"{value}\"", wrong.Message, StringComparison.Ordinal);
    }

    NotifySocket? Open(params (string Name, string Value)[] variables)
    {
        var all = new Dictionary<string, string> { ["NOTIFY_SOCKET"] = Path };
        foreach (var (name, value) in variables)
            all[name] = value;
        return NotifySocket.Open(all.GetValueOrDefault);
    }

    ServiceNotifier Notifier(NotifySocket socket) => new(
        socket, () => _isReady, _ => Task.FromResult(_answers), _lifetime, TimeProvider.System, NullLogger<ServiceNotifier>.Instance);

    /// <summary>The first line of each datagram that has come.</summary>
    List<string> Told()
    {
        var told = new List<string>();
        var datagram = new byte[1000];
        while (_systemd.Poll(0, SelectMode.SelectRead))
            told.Add(Encoding.UTF8.GetString(datagram, 0, _systemd.Receive(datagram)).Split('\n')[0]);
        return told;
    }

    sealed class Lifetime : IHostApplicationLifetime, IDisposable
    {
        readonly CancellationTokenSource _stopping = new();

        public CancellationToken ApplicationStarted => CancellationToken.None;

        public CancellationToken ApplicationStopping => _stopping.Token;

        public CancellationToken ApplicationStopped => CancellationToken.None;

        public void Stop() => _stopping.Cancel();

        public void StopApplication() => Stop();

        public void Dispose() => _stopping.Dispose();
    }
}
