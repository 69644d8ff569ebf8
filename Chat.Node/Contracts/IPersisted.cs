namespace Chat.Node.Contracts;

/// <summary>An event or a snapshot that is stored: bound to <c>PersistedSerializer</c>, readable for ever.</summary>
interface IPersisted;
