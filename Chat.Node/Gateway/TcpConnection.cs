using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Chat.Node.Gateway;

/// <summary>A raw connection from Kestrel, with or without TLS.</summary>
sealed class TcpConnection(ConnectionContext connection, TimeProvider clock, ITransportPeer? peer = null)
    : SessionConnection(connection.ConnectionId, (connection.RemoteEndPoint as IPEndPoint)?.Address, clock, peer)
{
    // Kept, because the way to it leads over several objects.
    readonly IDuplexPipe _transport = connection.Transport;

    public override string TransportName { get; } = connection.Features.Get<ITlsHandshakeFeature>() is null ? "tcp" : "tls";

    public override void Write(ReadOnlySpan<byte> bytes) => _transport.Output.Write(bytes);

    public override ValueTask<FlushResult> FlushAsync() => _transport.Output.FlushAsync();

    protected override void Abort() => connection.Abort();

    protected override void WakeReader() => _transport.Input.CancelPendingRead();
}
