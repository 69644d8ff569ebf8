using System.IO.Pipelines;
using System.Net;
using Chat.Node.Gateway;
using Chat.Tests.Support;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Xunit;

namespace Chat.Tests.Gateway;

public sealed class ProxyProtocolMiddlewareTests : IDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    static readonly IPEndPoint Balancer = new(IPAddress.Parse("198.51.100.7"), 4711);

    readonly CapturedLog _log = new();
    readonly Pipe _toNode = new();
    readonly Pipe _fromNode = new();
    readonly DefaultConnectionContext _connection;
    readonly TaskCompletionSource<EndPoint?> _handler = new();

    public ProxyProtocolMiddlewareTests() => _connection = new DefaultConnectionContext("c1")
    {
        RemoteEndPoint = Balancer,
        Transport = new DuplexPipe(_toNode.Reader, _fromNode.Writer),
    };

    public void Dispose() => _log.Dispose();

    [Fact]
    public async Task The_handler_sees_the_client_and_what_it_sent_and_nothing_of_the_header()
    {
        await _toNode.Writer.WriteAsync((byte[])[.. ProxyHeaders.Text("192.0.2.1"), .. "{}"u8]);
        await RunAsync();
        Assert.Equal(new IPEndPoint(IPAddress.Parse("192.0.2.1"), 51234), await _handler.Task);
        Assert.True(_toNode.Reader.TryRead(out var read));
        Assert.Equal("{}"u8, read.Buffer.FirstSpan);
        Assert.Empty(Lines);
    }

    [Fact]
    public async Task The_handler_starts_with_the_header_and_does_not_wait_for_more()
    {
        var running = RunAsync();
        foreach (var one in ProxyHeaders.Binary("2001:db8::1"))
        {
            Assert.False(running.IsCompleted);
            await _toNode.Writer.WriteAsync((byte[])[one]);
        }

        await running;
        Assert.Equal(IPAddress.Parse("2001:db8::1"), ((IPEndPoint)(await _handler.Task)!).Address);
    }

    [Fact]
    public async Task A_balancer_that_speaks_for_itself_keeps_its_address()
    {
        await _toNode.Writer.WriteAsync(ProxyHeaders.Binary(0x20, 0, []));
        await RunAsync();
        Assert.Equal(Balancer, await _handler.Task);
    }

    [Theory]
    [InlineData("198.51.100.7", "198.51.100.7")] // another machine's loopback is not free of limits
    [InlineData("127.0.0.1", "127.0.0.9")]
    public async Task Loopback_is_believed_on_this_machine_only(string balancer, string expected)
    {
        _connection.RemoteEndPoint = new IPEndPoint(IPAddress.Parse(balancer), 4711);
        await _toNode.Writer.WriteAsync(ProxyHeaders.Text("127.0.0.9"));
        await RunAsync();
        Assert.Equal(IPAddress.Parse(expected), ((IPEndPoint)(await _handler.Task)!).Address);
    }

    [Theory]
    [InlineData("{\"msgid\":100}", "something else")]
    [InlineData("PROXY TCP4", "broke off")]
    public async Task Without_a_header_the_connection_ends_with_one_line(string bytes, string expected)
    {
        await _toNode.Writer.WriteAsync((byte[])[.. bytes.Select(character => (byte)character)]);
        await _toNode.Writer.CompleteAsync();
        await RunAsync();
        Assert.False(_handler.Task.IsCompleted);
        Assert.Contains(expected, Assert.Single(Lines), StringComparison.Ordinal);
        Assert.Contains("198.51.100.7", Lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_only_looks_whether_the_port_is_open_costs_no_line()
    {
        await _toNode.Writer.CompleteAsync();
        await RunAsync();
        Assert.False(_handler.Task.IsCompleted);
        Assert.Empty(Lines);
    }

    [Fact]
    public async Task A_connection_that_breaks_costs_no_line()
    {
        await _toNode.Writer.CompleteAsync(new ConnectionResetException("gone"));
        await RunAsync();
        Assert.False(_handler.Task.IsCompleted);
        Assert.Empty(Lines);
    }

    [Fact]
    public async Task Who_says_nothing_or_not_enough_is_not_waited_for()
    {
        await _toNode.Writer.WriteAsync("PROXY TCP4"u8.ToArray());
        await RunAsync(TimeSpan.FromMilliseconds(50));
        Assert.False(_handler.Task.IsCompleted);
        Assert.Contains("within 0.05 s", Assert.Single(Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_that_stops_does_not_wait_for_headers()
    {
        using var stopping = new CancellationTokenSource();
        _connection.Features.Set<IConnectionLifetimeNotificationFeature>(new Stopping(stopping));
        var running = RunAsync();
        await stopping.CancelAsync();
        await running;
        Assert.False(_handler.Task.IsCompleted);
        Assert.Empty(Lines);
    }

    IReadOnlyList<string> Lines => _log.Of("NoProxyHeader");

    Task RunAsync(TimeSpan? patience = null)
    {
        var middleware = new ProxyProtocolMiddleware(
            connection =>
            {
                _handler.SetResult(connection.RemoteEndPoint);
                return Task.CompletedTask;
            },
            patience ?? Patience * 10, _log.For<ProxyProtocolMiddleware>());
        return middleware.OnConnectedAsync(_connection).WaitAsync(Patience);
    }

    sealed class DuplexPipe(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input => input;

        public PipeWriter Output => output;
    }

    sealed class Stopping(CancellationTokenSource source) : IConnectionLifetimeNotificationFeature
    {
        public CancellationToken ConnectionClosedRequested { get; set; } = source.Token;

        public void RequestClose() => source.Cancel();
    }
}
