using Chat.Bench.Workloads;
using Chat.Protocol;

namespace Chat.Bench.Storms;

/// <summary>Many connections, each with one request after the other, as fast as they are answered.</summary>
/// <param name="name">Of the storm.</param>
/// <param name="what">In words.</param>
/// <param name="connections">How many.</param>
/// <param name="target">The node.</param>
/// <param name="request">The next one of a connection, by its number.</param>
/// <param name="pause">Before the next.</param>
sealed class RequestStorm(string name, string what, int connections, ChatTarget target, Func<int, int, Request> request, TimeSpan pause = default) : Storm
{
    public override string Name => name;

    public override string What => $"{what}, on {connections:n0} connections";

    public override void Start()
    {
        for (var i = 0; i < connections; i++)
        {
            var (connection, number) = (i, 0);
            Run(() =>
            {
                using var client = SetupClient.Connect(target, isModern: true);
                while (!Over.IsCancellationRequested)
                {
                    var reply = client.Ask(request(connection, number++));
                    Count(reply.TryGetProperty("errno", out var errno) && errno.GetInt32() is not 0 and var error ? $"errno {error}" : "done");
                    if (pause > TimeSpan.Zero)
                        Over.WaitHandle.WaitOne(pause);
                }
            });
        }
    }
}

/// <summary>New connections, all within a second, that say hello and stay.</summary>
sealed class ConnectionStorm(int connections, ChatTarget target) : Storm
{
    const int Threads = 16;

    public override string Name => "connections";

    public override string What => $"{connections:n0} new connections, as fast as they can be made, which say hello and stay";

    public override void Start()
    {
        var left = connections;
        for (var i = 0; i < Threads; i++)
        {
            Run(() =>
            {
                var open = new List<SetupClient>();
                try
                {
                    while (!Over.IsCancellationRequested && Interlocked.Decrement(ref left) >= 0)
                    {
                        open.Add(SetupClient.Connect(target, isModern: true)); // returns with the answer to the hello
                        Count("answered");
                    }

                    Over.WaitHandle.WaitOne();
                }
                finally
                {
                    open.ForEach(client => client.Dispose());
                }
            });
        }
    }
}
