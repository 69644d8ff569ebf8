using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Chat.Protocol;
using Chat.Tests.Support;

namespace Chat.Tests.Api;

/// <summary>A device: the modern protocol over TCP, an object a line, by hand.</summary>
sealed class LineClient : IDisposable
{
    readonly TcpClient _tcp;
    readonly StreamReader _reader;
    readonly StreamWriter _writer;

    LineClient(TcpClient tcp)
    {
        _tcp = tcp;
        _reader = new StreamReader(tcp.GetStream());
        _writer = new StreamWriter(tcp.GetStream()) { AutoFlush = true };
    }

    /// <summary>What the node says of itself.</summary>
    public JsonElement Hello { get; private set; }

    public static async Task<LineClient> ConnectAsync(int port, int protocol = 2)
    {
        var tcp = new TcpClient { NoDelay = true };
        await tcp.ConnectAsync(IPAddress.Loopback, port);
        var client = new LineClient(tcp);
        client.Hello = await client.AskAsync(new { msgid = 100, protocol });
        return client;
    }

    /// <summary>Sends a request, and reads the next object that nobody pushes: what happens meanwhile may come first.</summary>
    public async Task<JsonElement> AskAsync(object request)
    {
        await _writer.WriteLineAsync(JsonSerializer.Serialize(request));
        while (true)
        {
            var next = await NextAsync() ?? throw new IOException("the node has ended the connection");
            if (next.GetProperty("msgid").GetInt32() is not (MessageKind.DirectChat or MessageKind.GroupChat or MessageKind.GroupChanged or MessageKind.ConversationChanged))
                return next;
        }
    }

    /// <summary>Sends what has no answer.</summary>
    public Task SendAsync(object request) => _writer.WriteLineAsync(JsonSerializer.Serialize(request));

    /// <summary>Null: the node has ended the connection.</summary>
    public async Task<JsonElement?> NextAsync(TimeSpan? patience = null)
    {
        var line = await _reader.ReadLineAsync().WaitAsync(patience ?? Eventually.Patience);
        return line is null ? null : JsonDocument.Parse(line).RootElement;
    }

    public void Dispose() => _tcp.Dispose();
}
