using System.Net.Sockets;
using System.Text;
using Chat.Bench.Workloads;
using Chat.Protocol;

namespace Chat.Bench.Storms;

/// <summary>Slow loris: sockets that send a byte a second of an object that never ends.</summary>
sealed class SlowStorm(int sockets, ChatTarget target) : Storm
{
    static readonly byte[] Endless = [.. "{\"msgid\":100,\"client\":\""u8, .. Encoding.ASCII.GetBytes(new string('x', 4096))];

    public override string Name => "slow";

    public override string What => $"{sockets:n0} sockets that send a byte a second of an object that has no end";

    public override void Start() => Run(() =>
    {
        var open = new Socket?[sockets];
        var sent = new int[sockets];
        try
        {
            while (!Over.IsCancellationRequested)
            {
                for (var i = 0; i < sockets && !Over.IsCancellationRequested; i++)
                    Step(ref open[i], ref sent[i]);
                Over.WaitHandle.WaitOne(1000);
            }
        }
        finally
        {
            foreach (var socket in open)
                socket?.Dispose();
        }
    });

    void Step(ref Socket? socket, ref int sent)
    {
        try
        {
            if (socket is null)
            {
                socket = new Socket(target.EndPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                socket.Connect(target.EndPoint);
                sent = 0;
                Count("opened");
            }

            socket.Send(Endless.AsSpan(sent++ % Endless.Length, 1));
        }
        catch (SocketException)
        {
            socket?.Dispose();
            socket = null;
            Count("ended by the server");
        }
    }
}

/// <summary>Users who log in and never read, and others who write to them all the time.</summary>
sealed class UnreadStorm(int users, WorkloadOptions options) : Storm
{
    const int TextBytes = 4000;

    static readonly string Text = new('x', TextBytes);

    readonly Enrolment _enrolment = new(options);
    readonly List<int> _ids = [];

    public override string Name => "unread";

    public override string What => $"{users:n0} users who never read, and as many who write {TextBytes} bytes to them all the time";

    public override void Prepare()
    {
        for (var i = 0; i < users; i++)
            _ids.Add(_enrolment.FindOrCreate(i, options.Targets[0]).Id);
    }

    public override void Start()
    {
        for (var i = 0; i < users; i++)
        {
            var user = i;
            Run(() => StayAway(user));
            Run(() => Write(user));
        }
    }

    /// <summary>Comes again when the server has ended the connection.</summary>
    void StayAway(int user)
    {
        using var client = SetupClient.Connect(options.Targets[0], isModern: true);
        _enrolment.LogIn(client, _enrolment.NameOf(user));
        Count("logged in, and read nothing");
        while (!Over.IsCancellationRequested && client.IsOpen)
            Over.WaitHandle.WaitOne(100);
        if (!Over.IsCancellationRequested)
            Count("ended by the server");
    }

    void Write(int user)
    {
        using var client = SetupClient.Connect(options.Targets[0], isModern: true);
        _enrolment.LogIn(client, _enrolment.NameOf(users + user));
        for (var number = 0; !Over.IsCancellationRequested; number++)
        {
            var reply = client.Ask(bytes => SendMessageRequest.ToBytes(isGroup: false, _ids[user], Text, $"{Environment.TickCount64}-{number}", bytes));
            Count(reply.GetProperty("errno").GetInt32() is not 0 and var errno ? $"errno {errno}" : "sent");
            if (reply.GetProperty("errno").GetInt32() != 0)
                Over.WaitHandle.WaitOne(100);
        }
    }
}
