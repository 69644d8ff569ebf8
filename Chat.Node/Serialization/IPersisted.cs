namespace Chat.Node.Serialization;

/// <summary>An event or a snapshot that is stored: bound to <see cref="PersistedSerializer"/>, readable for ever.</summary>
interface IPersisted;
