namespace Chat.Node.Storage;

/// <summary>This process: its name for people, and a number that no other start of any node has.</summary>
sealed record NodeIdentity(string Name, long Incarnation);
