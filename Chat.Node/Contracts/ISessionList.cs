namespace Chat.Node.Contracts;

/// <summary>A connection of a user to this node.</summary>
/// <param name="Id">Of the connection: log lines have it.</param>
/// <param name="Transport"><c>tcp</c>, <c>tls</c> or <c>websocket</c>.</param>
/// <param name="Profile"><c>legacy</c> or <c>modern</c>.</param>
/// <param name="Address">Of the client, or of what stands in front of it.</param>
/// <param name="IdleSeconds">How long it has said nothing.</param>
sealed record SessionInfo(string Id, string Transport, string Profile, string? Address, int IdleSeconds);

/// <summary>The connections of this node, for operators. Safe from any thread.</summary>
interface ISessionList
{
    /// <summary>Those on which a user is logged in.</summary>
    IReadOnlyList<SessionInfo> Of(int userId);
}
