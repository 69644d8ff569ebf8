using System.Text.Json;
using static Chat.Protocol.FieldReading;

namespace Chat.Protocol;

/// <summary>100: the modern protocol from here on.</summary>
public sealed record HelloRequest(int Protocol, string Client) : Request
{
    internal override int Number => MessageKind.Hello;

    internal static Request Read(ref RequestFields fields)
    {
        if (!TryInteger(ref fields, RequestKey.Protocol, 0, out var protocol))
            return NoInteger(RequestKey.Protocol);
        return OptionalString(ref fields, RequestKey.Client, out var client)
            ? new HelloRequest((int)protocol, client ?? "")
            : NoString(ref fields, RequestKey.Client);
    }

    internal override void WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteNumber("protocol", Protocol);
        writer.WriteText("client", Client);
    }
}
