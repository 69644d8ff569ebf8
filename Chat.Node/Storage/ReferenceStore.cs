using Chat.Protocol;
using Dapper;

namespace Chat.Node.Storage;

/// <summary>A message that another one refers to.</summary>
/// <param name="IsRecalled">Whether it was taken back.</param>
/// <param name="Thread">The number that its own thread began with; 0: it is in none.</param>
readonly record struct ReferencedMessage(bool IsRecalled, long Thread);

/// <summary>What the references of a message are judged by.</summary>
/// <param name="Role">The sender's in the group; null: it is none of the members, or the conversation is no group.</param>
/// <param name="HiddenTo">The sender has cleared the conversation up to here.</param>
/// <param name="Messages">Those referred to, as far as they are in the log.</param>
/// <param name="Members">Who of those mentioned takes part.</param>
/// <param name="Blockers">Who of those mentioned takes no messages from the sender.</param>
sealed record ReferenceBasis(
    string? Role, long HiddenTo, IReadOnlyDictionary<long, ReferencedMessage> Messages, IReadOnlySet<int> Members, IReadOnlySet<int> Blockers);

/// <summary>What is known of the messages and users that a message refers to. Nothing is asked for messages that refer to nothing.</summary>
sealed class ReferenceStore(IChatDatabase database)
{
    sealed class ReferencedRow
    {
        public long Seq { get; init; }

        public int RecalledBy { get; init; }

        public long Thread { get; init; }
    }

    sealed class MemberRow
    {
        public int UserId { get; init; }

        public string? Role { get; init; }
    }

    public Task<ReferenceBasis> ReadBasisAsync(ConversationId id, int sender, MessageReferences references) => database.ReadAsync(async connection =>
    {
        long[] seqs = [.. new[] { references.Reply, references.Thread }.Where(seq => seq > 0).Distinct()];
        int[] users = [.. references.Mentions];
        var messages = new Dictionary<long, ReferencedMessage>();
        var hiddenTo = 0L;
        if (seqs.Length > 0)
        {
            foreach (var row in await connection.QueryAsync<ReferencedRow>(
                """
                SELECT l.seq, COALESCE(s.recalled_by, 0) AS recalledby, COALESCE(r.thread, 0) AS thread
                FROM MessageLog l LEFT JOIN MessageState s ON s.a = l.a AND s.b = l.b AND s.seq = l.seq
                    LEFT JOIN MessageReference r ON r.a = l.a AND r.b = l.b AND r.seq = l.seq
                WHERE l.a = @A AND l.b = @B AND l.seq IN @seqs
                """,
                new { id.A, id.B, seqs }))
                messages[row.Seq] = new ReferencedMessage(row.RecalledBy > 0, row.Thread);
            hiddenTo = StoredNumbers.OrZero(await connection.ExecuteScalarAsync<long?>(
                "SELECT hidden_to FROM DeliveryMark WHERE userid = @sender AND a = @A AND b = @B", new { sender, id.A, id.B }));
        }

        var members = new Dictionary<int, string?>();
        if (id.IsGroup)
        {
            int[] asked = [sender, .. users];
            foreach (var row in await connection.QueryAsync<MemberRow>(
                "SELECT userid, grouprole AS role FROM GroupUser WHERE groupid = @B AND userid IN @asked", new { id.B, asked }))
                members[row.UserId] = row.Role ?? "";
        }
        else
        {
            members[id.A] = members[id.B] = null;
        }

        var blockers = users.Length == 0
            ? []
            : await connection.QueryAsync<int>("SELECT userid FROM Contact WHERE userid IN @users AND other = @sender AND blocked = 1", new { users, sender });
        return new ReferenceBasis(members.GetValueOrDefault(sender), hiddenTo, messages, members.Keys.ToHashSet(), blockers.ToHashSet());
    });
}
