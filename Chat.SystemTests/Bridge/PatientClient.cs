using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Chat.Protocol;
using Chat.SystemTests.EndToEnd;

namespace Chat.SystemTests.Bridge;

/// <summary>
/// Speaks the legacy protocol and finds the objects in what it receives, glued or split: for tests that send more to a legacy server's
/// client than a legacy client survives.
/// </summary>
sealed class PatientClient : IAsyncDisposable
{
    readonly TcpClient _tcp = new() { NoDelay = true };
    readonly Channel<JsonElement> _objects = Channel.CreateUnbounded<JsonElement>();
    Task _reading = Task.CompletedTask;

    public int Id { get; private set; }

    public string Name { get; private set; } = "";

    public static async Task<PatientClient> LogInNewAsync(int port, string prefix)
    {
        var client = new PatientClient { Name = $"{prefix}-{Guid.NewGuid():n}"[..20] };
        await client._tcp.ConnectAsync(IPAddress.Loopback, port);
        client._reading = Task.Run(client.ReadAsync);
        await client.SendAsync($$"""{"msgid":4,"name":"{{client.Name}}","password":"secret"}""");
        client.Id = (int)(await client.NextAsync()).Number("id");
        await client.SendAsync($$"""{"id":{{client.Id}},"msgid":1,"password":"secret"}""");
        await client.NextAsync();
        return client;
    }

    public async Task SendAsync(string json) => await _tcp.GetStream().WriteAsync(Encoding.UTF8.GetBytes(json + "\0"));

    public async Task<List<string>> NextTextsAsync(int count)
    {
        var texts = new List<string>();
        try
        {
            while (texts.Count < count)
                texts.Add((await NextAsync()).Text("msg"));
        }
        catch (OperationCanceledException e)
        {
            throw new TimeoutException($"{texts.Count} of {count} messages came; the last: {string.Join(", ", texts.TakeLast(5))}", e);
        }

        return texts;
    }

    public async ValueTask DisposeAsync()
    {
        _tcp.Dispose();
        await _reading;
    }

    async Task<JsonElement> NextAsync()
    {
        using var deadline = new CancellationTokenSource(TestNode.Patience);
        return await _objects.Reader.ReadAsync(deadline.Token);
    }

    async Task ReadAsync()
    {
        var reader = PipeReader.Create(_tcp.GetStream());
        var frames = new FrameReader(64 * 1024);
        try
        {
            while (true)
            {
                var read = await reader.ReadAsync();
                var buffer = read.Buffer;
                while (frames.Read(ref buffer, out var frame) == FrameStatus.Frame)
                    _objects.Writer.TryWrite(JsonDocument.Parse(frame).RootElement.Clone());
                reader.AdvanceTo(buffer.Start, buffer.End);
                if (read.IsCompleted)
                    break;
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // it is over
        }

        _objects.Writer.TryComplete();
    }
}
