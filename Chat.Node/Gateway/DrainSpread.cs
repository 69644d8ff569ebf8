namespace Chat.Node.Gateway;

/// <summary>
/// Over how long the connections of a node that goes down are sent elsewhere, so that the others are not overrun: modern ones
/// at moments of their own, the legacy ones, which are told nothing and just lose their connection, last. Pure.
/// </summary>
static class DrainSpread
{
    static readonly TimeSpan PerConnection = TimeSpan.FromMilliseconds(2);
    static readonly TimeSpan Longest = TimeSpan.FromSeconds(3);

    /// <summary>A client comes back this much later at most, by its own moment.</summary>
    public static readonly TimeSpan ReconnectWithin = TimeSpan.FromMilliseconds(500);

    public static TimeSpan Of(int connections)
    {
        var spread = PerConnection * connections;
        return spread < Longest ? spread : Longest;
    }
}
