using System.Data.Common;
using Chat.Protocol;
using Dapper;

namespace Chat.Node.Storage;

/// <summary>What a user has said about a conversation, for itself alone.</summary>
/// <param name="HiddenTo">It is cleared up to here.</param>
/// <param name="Flags">Archived, marked as unread.</param>
/// <param name="Draft">What the user has begun to write; null: nothing.</param>
sealed record ConversationView(long HiddenTo, ConversationFlags Flags, string? Draft);

/// <summary>Stores what users do about conversations for themselves alone.</summary>
sealed class ConversationViews(IChatDatabase database, TimeProvider clock)
{
    sealed class ViewRow
    {
        public long HiddenTo { get; init; }

        public long Flags { get; init; }
    }

    /// <summary>Up to where a user is not shown a conversation: it has cleared that, it was said before the user came, or it was kept long enough. 0: everything is shown.</summary>
    public Task<long> HiddenToAsync(int userId, ConversationId id) => database.ReadAsync(connection => HiddenToAsync(connection, userId, id));

    /// <inheritdoc cref="HiddenToAsync(int, ConversationId)" />
    public static async Task<long> HiddenToAsync(DbConnection connection, int userId, ConversationId id) => Math.Max(
        StoredNumbers.OrZero(await connection.ExecuteScalarAsync<long?>(
            "SELECT hidden_to FROM DeliveryMark WHERE userid = @userId AND a = @A AND b = @B", new { userId, id.A, id.B })),
        await UnseenToAsync(connection, userId, id));

    /// <summary>Up to where a user is not shown a conversation because it was said before the user came, or was kept long enough; 0: everything is shown.</summary>
    public Task<long> UnseenToAsync(int userId, ConversationId id) => database.ReadAsync(connection => UnseenToAsync(connection, userId, id));

    static async Task<long> UnseenToAsync(DbConnection connection, int userId, ConversationId id)
    {
        var removedTo = StoredNumbers.OrZero(await connection.ExecuteScalarAsync<long?>(
            "SELECT floor - 1 FROM ConversationFloor WHERE a = @A AND b = @B", new { id.A, id.B }));
        if (!id.IsGroup)
            return removedTo;
        var first = await connection.ExecuteScalarAsync<long?>(
            """
            SELECT MIN(g.join_seq) FROM GroupPolicy p JOIN GroupUser g ON g.groupid = p.groupid
            WHERE p.groupid = @B AND p.history = 1 AND g.userid = @userId
            """,
            new { userId, id.B });
        return Math.Max(removedTo, StoredNumbers.OrZero(first) - 1);
    }

    /// <summary>Makes a change, all of it or nothing; doing it again changes nothing.</summary>
    /// <param name="userId">Whose.</param>
    /// <param name="change">What; the conversation must have a message, so that rows are no more than messages.</param>
    /// <returns>How it is now.</returns>
    public Task<ConversationView> ChangeAsync(int userId, ChangeConversationRequest change) => database.WriteAsync(async (connection, transaction) =>
    {
        var id = change.Conversation;
        if (change.Archive is not null || change.MarkUnread || change.ClearTo is not null)
        {
            var set = (change.Archive == true ? ConversationFlags.Archived : ConversationFlags.None) | (change.MarkUnread ? ConversationFlags.MarkedUnread : ConversationFlags.None);
            var kept = change.Archive == false ? ConversationFlags.MarkedUnread : ConversationFlags.Archived | ConversationFlags.MarkedUnread;
            var (clearTo, now) = (change.ClearTo ?? 0, change.ClearTo is null ? 0 : clock.GetUtcNow().ToUnixTimeMilliseconds());
            await connection.ExecuteAsync(
                database.Dialect.ChangeConversation, new { userId, id.A, id.B, clearTo, set = (int)set, kept = (int)kept, now }, transaction);
        }

        if (change.Draft is { } draft)
        {
            await connection.ExecuteAsync(
                draft.Length > 0 ? "REPLACE INTO Draft (userid, a, b, draft) VALUES (@userId, @A, @B, @draft)" : "DELETE FROM Draft WHERE userid = @userId AND a = @A AND b = @B",
                new { userId, id.A, id.B, draft }, transaction);
        }

        var row = await connection.QuerySingleOrDefaultAsync<ViewRow>(
            "SELECT hidden_to AS hiddento, flags FROM DeliveryMark WHERE userid = @userId AND a = @A AND b = @B", new { userId, id.A, id.B }, transaction);
        var stored = await connection.ExecuteScalarAsync<object?>(
            "SELECT draft FROM Draft WHERE userid = @userId AND a = @A AND b = @B", new { userId, id.A, id.B }, transaction);
        return new ConversationView(StoredNumbers.OrZero(row?.HiddenTo), (ConversationFlags)(row?.Flags ?? 0), stored is null ? null : SqlDialect.TextOf(stored));
    });
}
