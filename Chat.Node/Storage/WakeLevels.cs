using System.Data.Common;
using Chat.Protocol;
using Dapper;

namespace Chat.Node.Storage;

/// <summary>Which messages wake users, also those who have said nothing (<see cref="WakeRule"/>).</summary>
/// <param name="database">Knows what they have said, and how large groups are.</param>
/// <param name="mentionsOnlyAbove">In groups with more members mentions alone wake who has said nothing; 0: in none.</param>
sealed class WakeLevels(IChatDatabase database, int mentionsOnlyAbove)
{
    /// <summary>What holds for users, each in a conversation: one statement for what they have said, and one for the groups of which somebody has said nothing.</summary>
    public Task<Dictionary<(int UserId, ConversationId Conversation), NotifyLevel>> ReadAsync(IReadOnlyCollection<(int UserId, ConversationId Conversation)> places) =>
        database.ReadAsync(connection => ReadAsync(connection, null, places));

    /// <summary>The same as a part of a transaction.</summary>
    public async Task<Dictionary<(int UserId, ConversationId Conversation), NotifyLevel>> ReadAsync(
        DbConnection connection, DbTransaction? transaction, IReadOnlyCollection<(int UserId, ConversationId Conversation)> places)
    {
        var said = await NotifyStore.OfUsersAsync(connection, transaction, [.. places.Select(place => place.UserId).Distinct()]);
        var groups = WakeRule.GroupsToCount(places, said, mentionsOnlyAbove);
        var big = groups.Count == 0 ? [] : await BiggerAsync(connection, transaction, groups);
        return places.Distinct().ToDictionary(place => place, place => WakeRule.LevelOf(said.TryGetValue(place, out var level) ? level : null, place.Conversation, big));
    }

    /// <summary>Looks for one member more than there may be: a group of a million costs no more than one of so many. A table of a legacy server may have a member twice.</summary>
    async Task<HashSet<int>> BiggerAsync(DbConnection connection, DbTransaction? transaction, HashSet<int> groups) =>
    [
        .. await connection.QueryAsync<int>(
            """
            SELECT g.id FROM AllGroup g
            WHERE g.id IN @groups AND (SELECT DISTINCT m.userid FROM GroupUser m WHERE m.groupid = g.id ORDER BY m.userid LIMIT 1 OFFSET @mentionsOnlyAbove) IS NOT NULL
            """,
            new { groups, mentionsOnlyAbove }, transaction),
    ];
}
