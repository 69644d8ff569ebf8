using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Chat.Bench.Load;
using Chat.Bench.Measuring;
using Chat.Bench.Workloads;

namespace Chat.SystemTests.Bench;

/// <summary>What a server does with a message.</summary>
enum Deed
{
    Deliver,

    /// <summary>Acknowledged and forgotten.</summary>
    Drop,
    DeliverTwice,

    /// <summary>Behind the next one.</summary>
    HoldBack,

    /// <summary>One letter of the text is another one.</summary>
    Change,

    /// <summary>Half of the text is missing.</summary>
    Cut,

    /// <summary>To the sender instead.</summary>
    Misdeliver,

    /// <summary>Neither acknowledged nor delivered.</summary>
    Ignore,

    /// <summary>Refused once with errno 9, then delivered.</summary>
    RefuseOnce,

    /// <summary>Everything stands still for half a second.</summary>
    Stall,

    /// <summary>Acknowledged at once, and delivered a little later; the next one waits for that.</summary>
    DeliverLate,
}

/// <summary>A server of two modern connections, each the other's partner, that does what a test tells it with each of the messages.</summary>
sealed partial class FakeRelay : IDisposable
{
    public static readonly TimeSpan StallTime = TimeSpan.FromMilliseconds(500);

    static readonly TimeSpan LateTime = TimeSpan.FromMilliseconds(5);

    readonly Func<int, Deed> _deedOf;
    readonly Lock _lock = new();
    readonly Socket[] _accepted = new Socket[2];
    readonly HashSet<string> _refused = [];
    readonly WorkloadOptions _options;
    string? _heldBack;
    int _count;

    /// <param name="deedOf">Given the number of the message, 1, 2, 3 … over both connections.</param>
    /// <param name="isOneWay">Only the first connection sends.</param>
    /// <param name="poller">Else the one of this system.</param>
    public FakeRelay(Func<int, Deed> deedOf, bool isOneWay = true, IPoller? poller = null)
    {
        _deedOf = deedOf;
        _options = new WorkloadOptions { Targets = [], TextBytes = 100 };
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var clients = new LoadConnection[2];
        for (var i = 0; i < 2; i++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            socket.Connect(listener.LocalEndPoint!);
            _accepted[i] = listener.Accept();
            _accepted[i].NoDelay = true;
            clients[i] = new LoadConnection(socket, i, 0, i + 1, isModern: true);
        }

        List<Flow> flows = [Flow(0, clients[0], clients[1])];
        if (!isOneWay)
            flows.Add(Flow(1, clients[1], clients[0]));
        Loop = new LoadLoop(new LoadState(4711, clients, flows), new UsageProbe([]), poller: poller);
        for (var i = 0; i < 2; i++)
        {
            var from = i;
            new Thread(() => Relay(from)) { IsBackground = true }.Start();
        }
    }

    public LoadLoop Loop { get; }

    /// <summary>So many messages a second for so long, whatever is done with them.</summary>
    public RunResult Offer(double perSecond, TimeSpan measure, TimeSpan drain) => Loop.Run(new LoadPlan
    {
        Workload = "test",
        RatePerSecond = perSecond,
        WarmUp = TimeSpan.Zero,
        Measure = measure,
        Drain = drain,
    });

    /// <summary>The load of a test: a fixed number of messages, and as short as it may be.</summary>
    public RunResult Send(int messages, int window = 4) => Loop.Run(new LoadPlan
    {
        Workload = "test",
        Window = window,
        MessagesPerFlow = messages,
        Measure = TimeSpan.FromSeconds(2),
        Drain = TimeSpan.FromSeconds(1),
        Settle = TimeSpan.FromMilliseconds(100),
    });

    public void Dispose()
    {
        Loop.Dispose();
        foreach (var socket in _accepted)
            socket.Dispose();
    }

    Flow Flow(int index, LoadConnection sender, LoadConnection receiver) =>
        Topology.NewFlow(_options, 4711, index, new Enrolled(sender, "a"), receiver.UserId, isGroup: false, [receiver], "d:1:2");

    void Relay(int from)
    {
        try
        {
            using var reader = new StreamReader(new NetworkStream(_accepted[from]), Encoding.UTF8);
            while (reader.ReadLine() is { } line)
            {
                lock (_lock)
                    Handle(from, line);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            _ = e; // the test is over
        }
    }

    void Handle(int from, string line)
    {
        var reference = Reference().Match(line).Groups["ref"].Value;
        var push = line.Replace($",\"ref\":\"{reference}\"", $",\"conversation\":\"d:1:2\",\"seq\":1,\"ts\":1", StringComparison.Ordinal);
        var deed = _refused.Contains(reference) ? Deed.Deliver : _deedOf(++_count);
        if (deed == Deed.Stall)
            Thread.Sleep(StallTime);
        if (deed == Deed.RefuseOnce)
        {
            _refused.Add(reference);
            Send(from, $$"""{"msgid":102,"ref":"{{reference}}","errno":9,"errmsg":"too fast","retry":true}""");
            return;
        }

        if (deed == Deed.Ignore)
            return;
        Send(from, $$"""{"msgid":102,"ref":"{{reference}}","errno":0,"conversation":"d:1:2","seq":1,"ts":1}""");
        if (deed == Deed.DeliverLate)
            Thread.Sleep(LateTime); // how slow this server is: nothing is waited for with it
        Deliver(from, push, deed);
    }

    void Deliver(int from, string push, Deed deed)
    {
        var to = from ^ 1;
        if (deed == Deed.HoldBack)
        {
            _heldBack = push;
            return;
        }

        switch (deed)
        {
            case Deed.Drop:
                break;
            case Deed.Change:
                var at = push.IndexOf("~b1", StringComparison.Ordinal) + 60;
                Send(to, $"{push[..at]}{(push[at] == 'x' ? 'y' : 'x')}{push[(at + 1)..]}");
                break;
            case Deed.Cut:
                Send(to, push.Remove(push.IndexOf("~b1", StringComparison.Ordinal) + 60, 20));
                break;
            case Deed.Misdeliver:
                Send(from, push);
                break;
            default:
                Send(to, push);
                break;
        }

        if (deed == Deed.DeliverTwice)
            Send(to, push);
        if (_heldBack is { } before)
            Send(to, before);
        _heldBack = null;
    }

    void Send(int to, string line) => _accepted[to].Send(Encoding.UTF8.GetBytes(line + "\n"));

    [GeneratedRegex("\"ref\":\"(?<ref>[0-9a-f]+)\"", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Reference();
}
