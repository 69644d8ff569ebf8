using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core.Internal.Http;
using KestrelMethod = Microsoft.AspNetCore.Server.Kestrel.Core.Internal.Http.HttpMethod;
using KestrelVersion = Microsoft.AspNetCore.Server.Kestrel.Core.Internal.Http.HttpVersion;

namespace Chat.Node.Web;

/// <summary>
/// The usual way to ask for a WebSocket, as Kestrel's own parser reads it: nothing is missing, nothing comes twice, and nothing has to be
/// thought about. Pure.
/// </summary>
sealed class UpgradeRequest : IHttpRequestLineHandler, IHttpHeadersHandler
{
    /// <summary>More than browsers send; what is longer takes the long way.</summary>
    const int MaxBytes = 16 * 1024;

    const int KeyBytes = 16;

    static readonly HttpParser<UpgradeRequest> Parser = new(showErrorDetails: false);

    bool _isUsual;
    bool _isUpgrade;
    bool _isConnectionUpgrade;
    bool _isVersion13;
    string? _key;

    public string? Host { get; private set; }

    /// <summary>As the web server has it: nothing of the header is decoded, which could fail.</summary>
    public HostString Address => new(Host ?? "");

    public string? Origin { get; private set; }

    /// <summary>A proxy says for whom it asks.</summary>
    public bool IsForwarded { get; private set; }

    /// <summary>The client would compress.</summary>
    public bool HasExtensions { get; private set; }

    public bool WantsProtocol { get; private set; }

    /// <summary>Null if it is anything else, or not there as a whole.</summary>
    public static UpgradeRequest? TryRead(in ReadOnlySequence<byte> bytes, out SequencePosition end)
    {
        end = bytes.Start;
        if (bytes.Length > MaxBytes)
            return null;
        var request = new UpgradeRequest();
        var reader = new SequenceReader<byte>(bytes);
        try
        {
            if (!Parser.ParseRequestLine(request, ref reader) || !request._isUsual || !Parser.ParseHeaders(request, ref reader))
                return null;
        }
        catch (BadHttpRequestException)
        {
            return null; // who answers requests says what is wrong
        }

        end = reader.Position;
        return request is { _isUsual: true, _isUpgrade: true, _isConnectionUpgrade: true, _isVersion13: true, _key: not null, Host: not null } ? request : null;
    }

    /// <summary>What makes a WebSocket of the connection.</summary>
    public byte[] ToAnswer(string protocol)
    {
#pragma warning disable CA5350 // the standard wants it, and it protects nothing
        var accept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(_key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350
        var chosen = WantsProtocol ? $"Sec-WebSocket-Protocol: {protocol}\r\n" : "";
        return Encoding.ASCII.GetBytes($"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: {accept}\r\n{chosen}\r\n");
    }

    public void OnStartLine(HttpVersionAndMethod versionAndMethod, TargetOffsetPathLength targetPath, Span<byte> startLine) =>
        _isUsual = versionAndMethod is { Method: KestrelMethod.Get, Version: KestrelVersion.Http11 } && startLine[targetPath.Offset..].SequenceEqual("/ws"u8);

    public void OnHeader(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (Is(name, "Host"u8))
            Host = Once(Host, value);
        else if (Is(name, "Origin"u8))
            Origin = Once(Origin, value);
        else if (Is(name, "Sec-WebSocket-Key"u8))
            TakeKey(value);
        else if (Is(name, "Upgrade"u8))
            _isUpgrade = Is(value, "websocket"u8);
        else if (Is(name, "Connection"u8))
            _isConnectionUpgrade = HasToken(value, "upgrade"u8);
        else if (Is(name, "Sec-WebSocket-Version"u8))
            _isVersion13 = Is(value, "13"u8);
        else if (Is(name, "Sec-WebSocket-Protocol"u8))
            WantsProtocol |= HasToken(value, "chatactors.v2"u8);
        else if (Is(name, "Sec-WebSocket-Extensions"u8))
            HasExtensions = true;
        else if (Is(name, "X-Forwarded-For"u8) || Is(name, "X-Forwarded-Proto"u8))
            IsForwarded = true;
        else if (Is(name, "Content-Length"u8) || Is(name, "Transfer-Encoding"u8) || Is(name, "Expect"u8))
            _isUsual = false;
    }

    public void OnHeadersComplete(bool endStream)
    {
        // looked at when all of it has been read
    }

    public void OnStaticIndexedHeader(int index) => _isUsual = false; // of HTTP/2

    public void OnStaticIndexedHeader(int index, ReadOnlySpan<byte> value) => _isUsual = false;

    void TakeKey(ReadOnlySpan<byte> value)
    {
        _key = Once(_key, value);
        Span<byte> key = stackalloc byte[KeyBytes + 2];
        _isUsual &= Convert.TryFromBase64String(_key, key, out var count) && count == KeyBytes;
    }

    string Once(string? before, ReadOnlySpan<byte> value)
    {
        _isUsual &= before is null && Ascii.IsValid(value);
        return Encoding.ASCII.GetString(value);
    }

    static bool Is(ReadOnlySpan<byte> text, ReadOnlySpan<byte> expected) => Ascii.EqualsIgnoreCase(text, expected);

    static bool HasToken(ReadOnlySpan<byte> list, ReadOnlySpan<byte> token)
    {
        foreach (var range in list.Split((byte)','))
        {
            if (Is(list[range].Trim((byte)' '), token))
                return true;
        }

        return false;
    }
}
