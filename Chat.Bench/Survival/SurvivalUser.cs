using System.Globalization;
using Chat.Bench.Measuring;
using Chat.Bench.Workloads;
using Chat.Checker.Checking;
using Chat.Checker.Population;
using Chat.Protocol;
using ChatActors.Client;

namespace Chat.Bench.Survival;

/// <summary>A user with the real client, which reconnects and repeats by itself; notes what was promised to it and what it got.</summary>
sealed class SurvivalUser(ChatClient client, string name, string run, SentRegister register, int device) : IAsyncDisposable
{
    readonly Lock _lock = new();
    readonly List<Acknowledgement> _acknowledged = [];
    readonly List<Sighting> _received = [];
    readonly List<string> _missing = [];
    long _sent;
    long _failed;
    Task _reading = Task.CompletedTask;

    public int Id => client.UserId!.Value;

    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>Sends that ended without an acknowledgement: nobody knows what became of the message.</summary>
    public long Failed => Interlocked.Read(ref _failed);

    public bool IsConnected => client.IsConnected;

    public static async Task<SurvivalUser> OpenAsync(SurvivalOptions options, int index, string run, SentRegister register)
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
        var user = new SurvivalUser(client, name, run, register, index);
        user._reading = user.ReadAsync();
        return user;
    }

    public List<Acknowledgement> Acknowledged()
    {
        lock (_lock)
            return [.. _acknowledged];
    }

    public List<Sighting> Received()
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
    public async Task SendAsync(SurvivalUser peer, int window, Action<long> onAcknowledged, CancellationToken stop)
    {
        using var room = new SemaphoreSlim(window);
        var conversation = ConversationId.Direct(Id, peer.Id);
        while (!stop.IsCancellationRequested)
        {
            await room.WaitAsync(CancellationToken.None);
            Interlocked.Increment(ref _sent);
            _ = SendOneAsync(peer.Id, register.Add(conversation, Id, device), room, onAcknowledged);
        }

        for (var i = 0; i < window; i++)
            await room.WaitAsync(CancellationToken.None);
    }

    /// <summary>The conversation with a peer from a number on, as the server has it now.</summary>
    public async Task<List<LoggedMessage>> ReadHistoryAsync(ConversationId conversation, long after)
    {
        var all = new List<LoggedMessage>();
        while (true)
        {
            var page = await client.FetchHistoryAsync(conversation, after: after, limit: 1000);
            all.AddRange(page.Messages.Select(message => new LoggedMessage(conversation, message.Seq, Parse(message), message.SenderId, message.Timestamp)));
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

    async Task SendOneAsync(int peer, int number, SemaphoreSlim room, Action<long> onAcknowledged)
    {
        var start = LoadClock.Now;
        try
        {
            var sent = await client.SendToUserAsync(peer, $"{run} {number}");
            lock (_lock)
                _acknowledged.Add(new(number, sent.Conversation, sent.Seq, sent.Timestamp));
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
                if (chatEvent is MessageReceived { Message: var message } && Parse(message) is var number and >= 0 && message.SenderId != Id)
                    _received.Add(new(message.Conversation, message.Seq, number, message.SenderId, At: 0));
                else if (chatEvent is MessagesMissing missing)
                    _missing.Add($"{missing.Conversation} {missing.First} to {missing.Last}");
            }
        }
    }

    /// <summary>Its number, or -1 if it is not of this run.</summary>
    int Parse(ChatMessage message) =>
        message.Text.Length > run.Length + 1 && message.Text.StartsWith(run, StringComparison.Ordinal)
        && int.TryParse(message.Text.AsSpan(run.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number
            : -1;
}
