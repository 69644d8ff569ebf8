using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Chat.SystemTests.Support;

/// <summary>
/// One connection to a Redis, in its protocol (RESP 2) and no more: what is sent and what is read is up to the caller. Once it
/// is broken it stays so.
/// </summary>
sealed class RespConnection : IDisposable
{
    readonly NetworkStream _stream;
    readonly PipeReader _reader;

    RespConnection(Socket socket)
    {
        _stream = new NetworkStream(socket, ownsSocket: true);
        _reader = PipeReader.Create(_stream);
    }

    /// <exception cref="SocketException">Nobody listens there.</exception>
    public static async Task<RespConnection> ConnectAsync(IPEndPoint endpoint, CancellationToken cancellation = default)
    {
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(endpoint, cancellation);
            return new RespConnection(socket);
        }
        catch (Exception)
        {
            socket.Dispose();
            throw;
        }
    }

    public Task SendAsync(params string[] parts) => SendAsync([.. parts.Select(Encoding.UTF8.GetBytes)]);

    /// <exception cref="IOException">The connection is broken.</exception>
    public async Task SendAsync(params byte[][] parts)
    {
        var command = new ArrayBufferWriter<byte>();
        command.Write(Encoding.ASCII.GetBytes($"*{parts.Length}\r\n"));
        foreach (var part in parts)
        {
            command.Write(Encoding.ASCII.GetBytes($"${part.Length}\r\n"));
            command.Write(part);
            command.Write("\r\n"u8);
        }

        await _stream.WriteAsync(command.WrittenMemory);
    }

    /// <summary>The next reply: a number, a line, bytes, an array of these, or null.</summary>
    /// <exception cref="IOException">The connection is broken.</exception>
    /// <exception cref="InvalidOperationException">Redis has refused something; with what it said.</exception>
    public async Task<object?> ReadAsync()
    {
        var line = await LineAsync();
        switch (line[0])
        {
            case '+':
                return line[1..];
            case '-':
                throw new InvalidOperationException(line[1..]);
            case ':':
                return long.Parse(line.AsSpan(1));
            case '$':
                var length = int.Parse(line.AsSpan(1));
                return length < 0 ? null : (await BytesAsync(length + 2))[..length];
            case '*':
                var items = new object?[Math.Max(0, int.Parse(line.AsSpan(1)))];
                for (var i = 0; i < items.Length; i++)
                    items[i] = await ReadAsync();
                return items;
            default:
                throw new IOException($"no reply of a Redis: {line}");
        }
    }

    public async Task<object?> CallAsync(params string[] parts)
    {
        await SendAsync(parts);
        return await ReadAsync();
    }

    public async Task<object?> CallAsync(params byte[][] parts)
    {
        await SendAsync(parts);
        return await ReadAsync();
    }

    /// <summary>Also ends a read that waits.</summary>
    public void Dispose() => _stream.Dispose();

    async Task<string> LineAsync()
    {
        while (true)
        {
            var read = await _reader.ReadAsync();
            if (read.Buffer.PositionOf((byte)'\n') is { } end)
            {
                var line = Encoding.UTF8.GetString(read.Buffer.Slice(0, end)).TrimEnd('\r');
                _reader.AdvanceTo(read.Buffer.GetPosition(1, end));
                return line;
            }

            Continue(read);
        }
    }

    async Task<byte[]> BytesAsync(int count)
    {
        while (true)
        {
            var read = await _reader.ReadAsync();
            if (read.Buffer.Length >= count)
            {
                var bytes = read.Buffer.Slice(0, count).ToArray();
                _reader.AdvanceTo(read.Buffer.GetPosition(count));
                return bytes;
            }

            Continue(read);
        }
    }

    void Continue(ReadResult read)
    {
        _reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        if (read.IsCompleted)
            throw new IOException("Redis has ended the connection");
    }
}
