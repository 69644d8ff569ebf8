using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Chat.Tests.EndToEnd;

namespace Chat.Tests.Bridge;

/// <summary>
/// Speaks the documented protocol and finds the objects in what it receives, glued or split: for tests that send more to a documented server's
/// client than a documented client survives.
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
        var pending = new List<byte>();
        var buffer = new byte[4096];
        try
        {
            while (await _tcp.GetStream().ReadAsync(buffer) is > 0 and var count)
            {
                pending.AddRange(buffer.AsSpan(0, count).ToArray().Where(each => each != 0));
                pending.RemoveRange(0, Take([.. pending]));
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // it is over
        }

        _objects.Writer.TryComplete();
    }

    /// <summary>How many bytes the whole objects at the front have. The tests' texts hold no braces.</summary>
    int Take(byte[] bytes)
    {
        var (taken, depth, start) = (0, 0, 0);
        for (var at = 0; at < bytes.Length; at++)
        {
            if (bytes[at] == (byte)'{' && depth++ == 0)
                start = at;
            if (bytes[at] != (byte)'}' || --depth > 0)
                continue;
            taken = at + 1;
            _objects.Writer.TryWrite(JsonDocument.Parse(bytes.AsMemory(start, taken - start)).RootElement);
        }

        return taken;
    }
}
