using System.Data.Common;
using System.Text;
using Chat.Protocol;
using Dapper;

namespace Chat.Node.Storage;

/// <summary>What a list shows of a conversation beside what its <see cref="SyncRow"/> says.</summary>
/// <param name="Last">The last message, an object as in a history.</param>
/// <param name="Peer">How far the other one of two users is, as others may see it.</param>
/// <param name="Draft">What the user has begun to write; null: nothing.</param>
sealed record ConversationListRow(ReadOnlyMemory<byte> Last, ReceiptMark Peer, string? Draft);

/// <summary>What is read for a page of a user's list of conversations: by the keys of its rows, in two statements at most.</summary>
sealed class ConversationListStore(IChatDatabase database)
{
    sealed class ListedRow
    {
        public int A { get; init; }

        public int B { get; init; }

        public object? Cmid { get; init; }

        public long Ts { get; init; }

        public byte[] Body { get; init; } = [];

        public long Rev { get; init; }

        public long Edited { get; init; }

        public int RecalledBy { get; init; }

        public long Recalled { get; init; }

        public long Pinned { get; init; }

        public long ReceivedTo { get; init; }

        public long ReadTo { get; init; }

        public long? ShownTo { get; init; }

        public object? Draft { get; init; }

        /// <summary>Not 0: one of two users has blocked the other.</summary>
        public long IsBlocked { get; init; }

        public byte[]? Refs { get; init; }
    }

    sealed class ReactionRow
    {
        public int A { get; init; }

        public int B { get; init; }

        public byte[] Emoji { get; init; } = [];

        public long Total { get; init; }

        public long Own { get; init; }

        public string Text => Encoding.UTF8.GetString(Emoji);
    }

    /// <summary>The rest of the conversations of a page; one whose last message has gone meanwhile is missing.</summary>
    /// <param name="userId">Whose.</param>
    /// <param name="page">The conversations.</param>
    /// <param name="withAddresses">What a message refers to, as this user is told it: with the addresses of files.</param>
    public async Task<Dictionary<ConversationId, ConversationListRow>> ReadAsync(
        int userId, IReadOnlyCollection<SyncRow> page, Func<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>>? withAddresses = null)
    {
        if (page.Count == 0)
            return [];
        var heads = page.ToDictionary(row => row.Conversation, row => row.Head);
        return await database.ReadAsync(async connection =>
        {
            var ids = $"[{string.Join(',', heads.Select(each => $"[{each.Key.A},{each.Key.B},{each.Value},{PeerOf(each.Key, userId)}]"))}]";
            var rows = (await connection.QueryAsync<ListedRow>(database.Dialect.ListedConversations, new { ids, userId })).AsList();
            var reactions = await ReactionsAsync(connection, userId, heads, rows);
            return rows.ToDictionary(row => ConversationId.FromStored(row.A, row.B), row =>
            {
                var id = ConversationId.FromStored(row.A, row.B);
                return new ConversationListRow(
                    LastOf(row, id, heads[id], row.RecalledBy > 0 ? [] : [.. reactions[id]], withAddresses?.Invoke(row.Refs) ?? row.Refs), MarkStanding.Seen(row.ReceivedTo, row.ReadTo, row.ShownTo, heads[id], row.IsBlocked != 0), row.Draft is null ? null : SqlDialect.TextOf(row.Draft));
            });
        });
    }

    /// <summary>Whose marks are shown beside a conversation; nobody has the id 0.</summary>
    static int PeerOf(ConversationId id, int userId) => id.IsGroup || id.A == id.B ? 0 : id.Other(userId);

    async Task<ILookup<ConversationId, ReactionRow>> ReactionsAsync(
        DbConnection connection, int userId, Dictionary<ConversationId, long> heads, List<ListedRow> rows)
    {
        var changed = rows.Where(row => row.Rev > 0).Select(row => ConversationId.FromStored(row.A, row.B)).ToList();
        var ids = $"[{string.Join(',', changed.Select(id => $"[{id.A},{id.B},{heads[id]}]"))}]";
        var found = changed.Count == 0 ? [] : await connection.QueryAsync<ReactionRow>(database.Dialect.ListedReactions, new { ids, userId });
        return found.ToLookup(row => ConversationId.FromStored(row.A, row.B));
    }

    static ReadOnlyMemory<byte> LastOf(ListedRow row, ConversationId id, long seq, List<ReactionRow> reactions, ReadOnlyMemory<byte> references)
    {
        var push = ChatBody.ToPush(
            ChangedBody.WithoutReferences(ChangedBody.WithoutState(row.Body)), id, SqlDialect.TextOf(row.Cmid), seq, StoredNumbers.OrZero(row.Ts), references: references.Span);
        if (row.Rev > 0)
        {
            push = new MessageState(seq, row.Rev)
            {
                Edited = row.RecalledBy > 0 ? 0 : row.Edited,
                Recalled = row.RecalledBy > 0 ? new Recalled(row.RecalledBy, row.Recalled) : null,
                IsPinned = row.Pinned > 0,
                Reactions = reactions.ToDictionary(each => each.Text, each => (int)each.Total),
                Mine = [.. reactions.Where(each => each.Own > 0).Select(each => each.Text)],
            }.AddTo(push);
        }

        return push.AsMemory(0, push.Length - 1); // without the line end
    }
}
