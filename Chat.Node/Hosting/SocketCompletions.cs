namespace Chat.Node.Hosting;

/// <summary>On which thread what follows from a socket's event is done.</summary>
static class SocketCompletions
{
    /// <summary>
    /// A socket's event is handled on the thread where it arrives, as long as all that follows only parses and tells an actor. Read by the
    /// runtime once, before the first socket; there is no other switch for it, and it is for all sockets of the process.
    /// </summary>
    public static void Apply(ChatSettings settings) =>
        Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", AreInline(settings) ? "1" : "0");

    /// <summary>
    /// Whether nothing waits for a socket on that thread: it would wait for itself, for good, and every other socket with it. Drivers do
    /// (MySqlConnector, when it ends the reader of a statement that ran out of time), so only without them.
    /// </summary>
    public static bool AreInline(ChatSettings settings) => settings is { Storage: StorageProvider.Sqlite, IsBridged: false };
}
