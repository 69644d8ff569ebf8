namespace Chat.Node.Contracts;

/// <summary>A message that may leave the node: bound to <c>ChatSerializer</c>, which knows it by a frozen manifest.</summary>
interface IClusterMessage;
