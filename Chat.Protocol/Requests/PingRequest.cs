namespace Chat.Protocol;

/// <summary>104: are you there.</summary>
public sealed record PingRequest : Request
{
    internal override int Number => MessageKind.Ping;
}
