using ChatActors.Client;

namespace Chat.Tests.Client;

/// <summary>A <see cref="ChatClient"/> whose events are recorded by a loop of its own.</summary>
sealed class TestClient : IAsyncDisposable
{
    readonly CancellationTokenSource _stop = new();
    readonly Task _reading;

    TestClient(ChatClient client, bool readsEvents)
    {
        Client = client;
        _reading = readsEvents ? ReadAsync() : Task.CompletedTask;
    }

    public ChatClient Client { get; }

    public Recorder<ChatEvent> Events { get; } = new();

    public IEnumerable<string> Texts => Events.Items.OfType<MessageReceived>().Select(received => received.Message.Text);

    /// <summary>Connects and logs in.</summary>
    public static async Task<TestClient> LogInAsync(ChatClientOptions options, string name, bool readsEvents = true)
    {
        var client = new TestClient(new(options), readsEvents);
        await client.Client.ConnectAsync();
        await client.Client.LoginAsync(name, "pw");
        return client;
    }

    /// <summary>The same with a token of the application.</summary>
    public static async Task<TestClient> LogInWithTokenAsync(ChatClientOptions options)
    {
        var client = new TestClient(new(options), readsEvents: true);
        await client.Client.ConnectAsync();
        await client.Client.LoginAsync();
        return client;
    }

    /// <summary>The same with a token of the server.</summary>
    public static async Task<TestClient> LogInWithTokenAsync(ChatClientOptions options, string token)
    {
        var client = new TestClient(new(options), readsEvents: true);
        await client.Client.ConnectAsync();
        await client.Client.LoginWithTokenAsync(token);
        return client;
    }

    /// <summary>The texts of the messages, as soon as there are so many.</summary>
    public async Task<string[]> ReceiveAsync(int count) =>
        [.. (await Events.TakeAsync<MessageReceived>(count)).Select(received => received.Message.Text)];

    public Task WaitForCatchUpAsync(int logins = 1) => Events.TakeAsync<CaughtUp>(logins);

    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested)
            return;
        await Client.DisposeAsync();
        await _stop.CancelAsync();
        await _reading;
        _stop.Dispose();
    }

    async Task ReadAsync()
    {
        try
        {
            await foreach (var chatEvent in Client.ReadEventsAsync(_stop.Token))
                Events.Add(chatEvent);
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }
}
