namespace Chat.Node.Serialization;

/// <summary>A message that may leave the node: bound to <see cref="ChatSerializer"/>, which knows it by a frozen manifest.</summary>
interface IClusterMessage;
