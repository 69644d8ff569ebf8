using System.Net;

namespace Chat.Bench.Workloads;

/// <summary>A server's address: <c>host:port</c>, <c>:port</c> or <c>host</c> (port 6000).</summary>
sealed record ChatTarget(string Host, int Port)
{
    const int DefaultPort = 6000;

    public IPEndPoint EndPoint { get; } = new(Dns.GetHostAddresses(Host)[0], Port);

    public static ChatTarget Parse(string text)
    {
        var colon = text.LastIndexOf(':');
        var host = colon < 0 ? text : text[..colon];
        if (colon >= 0 && !int.TryParse(text.AsSpan(colon + 1), out _))
            throw new BenchException($"\"{text}\" is no address: host:port");
        return new(host.Length == 0 ? "127.0.0.1" : host, colon < 0 ? DefaultPort : int.Parse(text.AsSpan(colon + 1)));
    }

    public override string ToString() => $"{Host}:{Port}";
}

/// <summary>Something that the user has to know and can do something about; printed without a stack.</summary>
sealed class BenchException(string message, Exception? inner = null) : Exception(message, inner);
