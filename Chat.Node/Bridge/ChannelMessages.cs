using Akka.Actor;

namespace Chat.Node.Bridge;

/// <summary>The node ends: see to it that it listens for nobody. Answered with <see cref="ChannelsEnded"/>.</summary>
sealed class EndChannels : INoSerializationVerificationNeeded
{
    public static readonly EndChannels Instance = new();
}

/// <summary>Nobody is listened for any more.</summary>
sealed class ChannelsEnded : INoSerializationVerificationNeeded
{
    public static readonly ChannelsEnded Instance = new();
}
