using Akka.Actor;

namespace Chat.Node.Contracts;

/// <summary>Timer to its actor: look whether something is due. It never leaves the actor.</summary>
sealed class Tick : INoSerializationVerificationNeeded
{
    public static readonly Tick Instance = new();
}
