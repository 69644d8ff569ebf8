using System.Data.Common;
using Chat.Protocol;
using Dapper;

namespace Chat.Node.Storage;

/// <summary>
/// What users have said of which messages of a conversation are to wake them. Where there is no row they have said nothing (<see cref="WakeLevels"/>). Nodes
/// of earlier versions write no row of level 0, and read it as none.
/// </summary>
sealed class NotifyStore(IChatDatabase database)
{
    sealed class RuleRow
    {
        public int UserId { get; init; }

        public int A { get; init; }

        public int B { get; init; }

        public int Level { get; init; }
    }

    /// <summary>What a user has said, in one order.</summary>
    public Task<SortedDictionary<ConversationId, NotifyLevel>> ReadAsync(int userId) => database.ReadAsync(async connection =>
    {
        var rows = await connection.QueryAsync<RuleRow>("SELECT a, b, level FROM NotifyRule WHERE userid = @userId", new { userId });
        return new SortedDictionary<ConversationId, NotifyLevel>(
            rows.Where(row => IsLevel(row.Level)).ToDictionary(row => ConversationId.FromStored(row.A, row.B), row => (NotifyLevel)row.Level));
    });

    /// <summary>All of it or nothing; false: that would be more conversations than a user may have.</summary>
    public Task<bool> ChangeAsync(int userId, IReadOnlyDictionary<ConversationId, NotifyLevel> levels) => database.WriteAsync(async (connection, transaction) =>
    {
        var known = (await connection.QueryAsync<RuleRow>("SELECT a, b, level FROM NotifyRule WHERE userid = @userId", new { userId }, transaction))
            .Select(row => ConversationId.FromStored(row.A, row.B)).ToHashSet();
        foreach (var (id, level) in levels)
        {
            if (level == NotifyLevel.Default)
                known.Remove(id);
            else
                known.Add(id);
        }

        if (known.Count > UserSettings.MaxNotify)
            return false;
        foreach (var (id, level) in levels)
        {
            await connection.ExecuteAsync(
                level == NotifyLevel.Default
                    ? "DELETE FROM NotifyRule WHERE userid = @userId AND a = @A AND b = @B"
                    : "REPLACE INTO NotifyRule (userid, a, b, level) VALUES (@userId, @A, @B, @level)",
                new { userId, id.A, id.B, level = (int)level }, transaction);
        }

        return true;
    });

    /// <summary>What some users have said; where the entry is missing, nothing.</summary>
    public static async Task<Dictionary<(int UserId, ConversationId Conversation), NotifyLevel>> OfUsersAsync(
        DbConnection connection, DbTransaction? transaction, IReadOnlyCollection<int> users) =>
        (await connection.QueryAsync<RuleRow>("SELECT userid, a, b, level FROM NotifyRule WHERE userid IN @users", new { users }, transaction))
            .Where(row => IsLevel(row.Level)).ToDictionary(row => (row.UserId, ConversationId.FromStored(row.A, row.B)), row => (NotifyLevel)row.Level);

    static bool IsLevel(int stored) => stored is (int)NotifyLevel.All or (int)NotifyLevel.Mentions or (int)NotifyLevel.None;
}
