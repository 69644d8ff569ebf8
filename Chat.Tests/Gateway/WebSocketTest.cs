using System.Diagnostics;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Chat.Node.Actors;
using Chat.Node.Gateway;
using Chat.Node.Hosting;
using Chat.Node.Settings;
using Chat.Node.Telemetry;
using Chat.Node.Web;
using Chat.Tests.Actors;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Chat.Tests.Gateway;

/// <summary>The web port in this process, with real sessions behind it, between probes that stand for users and conversations.</summary>
public abstract class WebSocketTest : SessionTest
{
    protected const string Hello = """{"msgid":100,"protocol":2}""";

    readonly List<WebListener> _listeners = [];
    ServiceProvider? _services;

    protected WebSocketTest()
        : base($$"""{{SessionDispatcher.Id}} { type = "{{typeof(SessionDispatcher).AssemblyQualifiedName}}", throughput = 64 }""")
    {
    }

    private protected SessionRegistry Sessions { get; } = new();

    private protected ConnectionLimit Connections { get; } = new(100);

    /// <summary>Its port. Unless a test wants it otherwise time stands still: however busy the machine is, nobody's patience ends.</summary>
    private protected async Task<int> ListenAsync(WebSettings? web = null, ChatLimits? limits = null, TimeProvider? clock = null, TimeProvider? webClock = null, NodeMeter? meter = null)
    {
        clock ??= Standing();
        var settings = new ChatSettings { Web = (web ?? new WebSettings()) with { Port = 0 }, Limits = limits ?? new ChatLimits() };
        var services = new ServiceCollection()
            .AddLogging().AddRouting().AddSingleton(settings).AddSingleton(webClock ?? TimeProvider.System).AddSingleton(new DiagnosticListener("web"))
            .AddSingleton<IHttpContextFactory, DefaultHttpContextFactory>()
            .AddSingleton(new WebSocketSessions(new SessionStarter(Sys, Services() with { Limits = settings.Limits, Clock = clock, Meter = meter ?? NodeMeter.Unread }, Sessions)))
            .AddSingleton<WebSocketEndpoint>();
        _services = services.BuildServiceProvider();
        var listener = new WebListener(settings, Connections, _services, NullLoggerFactory.Instance);
        _listeners.Add(listener);
        await listener.OpenAsync(CancellationToken.None);
        return listener.Endpoints[0].Port;
    }

    private protected static TestClock Standing()
    {
        var clock = new TestClock();
        clock.Stop();
        return clock;
    }

    /// <summary>As the node does when it is to end.</summary>
    protected async Task CloseListenersAsync()
    {
        var stopping = Task.WhenAll(_listeners.Select(listener => listener.StopAsync(CancellationToken.None)));
        Sessions.Drain();
        await stopping.WaitAsync(Patience);
    }

    /// <summary>Lets time pass, and nothing wait for it, until something has ended.</summary>
    private protected static async Task AdvanceUntilAsync(TestClock clock, Task end)
    {
        var waiting = end.WaitAsync(Patience);
        while (!waiting.IsCompleted)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(waiting, Task.Delay(20)); // the connection takes its turns on threads of its own, not on the clock's
        }

        await waiting;
    }

    /// <summary>A client of the platform, which has said nothing yet.</summary>
    private protected static async Task<ClientWebSocket> OpenAsync(int port, Action<ClientWebSocketOptions>? configure = null)
    {
        var socket = new ClientWebSocket();
        configure?.Invoke(socket.Options);
        using var deadline = new CancellationTokenSource(Patience);
        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{port}/ws"), deadline.Token);
        return socket;
    }

    private protected static async Task<ClientWebSocket> SayHelloAsync(int port)
    {
        var socket = await OpenAsync(port);
        await SendAsync(socket, Hello);
        Assert.Equal(101, KindOf(await ReceiveAsync(socket)));
        return socket;
    }

    private protected static Task SendAsync(WebSocket socket, string text, bool isEnd = true) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, isEnd, CancellationToken.None).WaitAsync(Patience);

    /// <summary>A whole message; null when the server has closed.</summary>
    private protected static async Task<string?> ReceiveAsync(WebSocket socket)
    {
        using var deadline = new CancellationTokenSource(Patience);
        using var message = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer, deadline.Token);
            if (received.MessageType == WebSocketMessageType.Close)
                return null;
            message.Write(buffer, 0, received.Count);
            if (received.EndOfMessage)
                return Encoding.UTF8.GetString(message.ToArray());
        }
    }

    /// <summary>Reads to the end: the code and the reason of the server's close frame.</summary>
    private protected static async Task<(int Code, string Reason)> CloseOfAsync(WebSocket socket)
    {
        while (await ReceiveAsync(socket) is not null)
        {
            // what came before
        }

        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None).WaitAsync(Patience);
        return ((int)socket.CloseStatus!, socket.CloseStatusDescription ?? "");
    }

    private protected static int KindOf(string? message)
    {
        using var json = JsonDocument.Parse(message!);
        return json.RootElement.GetProperty("msgid").GetInt32();
    }

    /// <summary>The objects of a message, one a line.</summary>
    private protected static string[] LinesOf(string? message)
    {
        Assert.EndsWith("\n", message, StringComparison.Ordinal);
        return message!.TrimEnd('\n').Split('\n');
    }

    public override async Task DisposeAsync()
    {
        foreach (var listener in _listeners)
            await listener.DisposeAsync();
        if (_services is not null)
            await _services.DisposeAsync();
        await base.DisposeAsync();
    }
}
