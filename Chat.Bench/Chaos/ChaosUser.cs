using System.Globalization;
using Chat.Bench.Measuring;
using Chat.Bench.Workloads;
using Chat.Protocol;
using ChatActors.Client;

namespace Chat.Bench.Chaos;

/// <summary>A user with the real client, which reconnects and repeats by itself; notes what was promised to it and what it got.</summary>
sealed class ChaosUser(ChatClient client, string name, string run) : IAsyncDisposable
{
    readonly Lock _lock = new();
    readonly List<Seen> _acknowledged = [];
    readonly List<Seen> _received = [];
    readonly List<string> _missing = [];
    long _lastNumber;
    long _failed;
    Task _reading = Task.CompletedTask;

    public int Id => client.UserId!.Value;

    public long Sent => Interlocked.Read(ref _lastNumber);

    /// <summary>Sends that ended without an acknowledgement: nobody knows what became of the message.</summary>
    public long Failed => Interlocked.Read(ref _failed);

    public bool IsConnected => client.IsConnected;

    public static async Task<ChaosUser> OpenAsync(ChaosOptions options, int index, string run)
    {
        var targets = options.Targets.Select((_, place) => options.Targets[(place + index / 2 + index % 2) % options.Targets.Count]);
        var client = new ChatClient(new()
        {
            Endpoints = [.. targets.Select(target => new ChatEndpoint(target.Host, target.Port))],
            ClientName = "chat-bench/chaos",
        });
        var name = $"{options.Prefix}-{index}";
        await client.ConnectAsync();
        try
        {
            await client.RegisterAsync(name, Enrolment.Password);
        }
        catch (ChatException e) when (e.Code == ErrorCode.Rejected)
        {
            // It is there from an earlier run.
        }

        await client.LoginAsync(name, Enrolment.Password);
        var user = new ChaosUser(client, name, run);
        user._reading = user.ReadAsync();
        return user;
    }

    public List<Seen> Acknowledged()
    {
        lock (_lock)
            return [.. _acknowledged];
    }

    public List<Seen> Received()
    {
        lock (_lock)
            return [.. _received];
    }

    public List<string> Missing()
    {
        lock (_lock)
            return [.. _missing];
    }

    public (int Acknowledged, int Received) Counts()
    {
        lock (_lock)
            return (_acknowledged.Count, _received.Count);
    }

    /// <summary>Sends one message after the other, several under way, until it is told to stop; ends when all are answered.</summary>
    public async Task SendAsync(ChaosUser peer, int window, Action<long> onAcknowledged, CancellationToken stop)
    {
        using var room = new SemaphoreSlim(window);
        while (!stop.IsCancellationRequested)
        {
            await room.WaitAsync(CancellationToken.None);
            _ = SendOneAsync(peer.Id, Interlocked.Increment(ref _lastNumber), room, onAcknowledged);
        }

        for (var i = 0; i < window; i++)
            await room.WaitAsync(CancellationToken.None);
    }

    /// <summary>The conversation with a peer from a number on, as the server has it now.</summary>
    public async Task<List<Seen>> ReadHistoryAsync(ConversationId conversation, long after)
    {
        var all = new List<Seen>();
        while (true)
        {
            var page = await client.FetchHistoryAsync(conversation, after: after, limit: 1000);
            all.AddRange(page.Messages.Select(message => Parse(message) ?? new Seen(0, 0, message.Seq)));
            if (page.Messages.Count == 0 || !page.HasMore)
                return all;
            after = page.Messages[^1].Seq;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await client.DisposeAsync();
        await _reading;
    }

    public override string ToString() => name;

    async Task SendOneAsync(int peer, long number, SemaphoreSlim room, Action<long> onAcknowledged)
    {
        var start = LoadClock.Now;
        try
        {
            var sent = await client.SendToUserAsync(peer, $"{run} {number}");
            lock (_lock)
                _acknowledged.Add(new(Id, number, sent.Seq));
            onAcknowledged(LoadClock.Microseconds(LoadClock.Now - start));
        }
        catch (ChatException)
        {
            Interlocked.Increment(ref _failed);
        }
        finally
        {
            room.Release();
        }
    }

    async Task ReadAsync()
    {
        await foreach (var chatEvent in client.ReadEventsAsync())
        {
            lock (_lock)
            {
                if (chatEvent is MessageReceived { Message: var message } && Parse(message) is { } seen && seen.Sender != Id)
                    _received.Add(seen);
                else if (chatEvent is MessagesMissing missing)
                    _missing.Add($"{missing.Conversation} {missing.First} to {missing.Last}");
            }
        }
    }

    /// <summary>Null if it is not of this run.</summary>
    Seen? Parse(ChatMessage message) =>
        message.Text.Length > run.Length + 1 && message.Text.StartsWith(run, StringComparison.Ordinal)
        && long.TryParse(message.Text.AsSpan(run.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? new Seen(message.SenderId, number, message.Seq)
            : null;
}
