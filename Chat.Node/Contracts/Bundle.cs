namespace Chat.Node.Contracts;

/// <summary>Messages of many actors for actors of one node, in the order in which they were told.</summary>
sealed record Bundle(ReadOnlyMemory<byte> Parts) : IClusterMessage;
