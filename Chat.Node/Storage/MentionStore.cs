using Chat.Protocol;
using Dapper;

namespace Chat.Node.Storage;

/// <summary>Unread messages of a conversation that mention a user.</summary>
/// <param name="Count">How many.</param>
/// <param name="First">The number of the first of them.</param>
readonly record struct UnreadMentions(int Count, long First);

/// <summary>Counts who was mentioned. A mention of everybody is one row, however many members there are.</summary>
sealed class MentionStore(IChatDatabase database)
{
    sealed class CountRow
    {
        public int UserId { get; init; }

        public int A { get; init; }

        public int B { get; init; }

        public long Mentions { get; init; }

        public long First { get; init; }
    }

    /// <summary>What mentions each user above a number of a conversation; where nothing does the entry is missing.</summary>
    public async Task<Dictionary<(int UserId, ConversationId Conversation), UnreadMentions>> UnreadAsync(
        IReadOnlyCollection<(int UserId, ConversationId Conversation, long Above)> places)
    {
        if (places.Count == 0)
            return [];
        var ids = $"[{string.Join(',', places.Select(each => $"[{each.UserId},{each.Conversation.A},{each.Conversation.B},{each.Above}]"))}]";
        var rows = await database.ReadAsync(connection => connection.QueryAsync<CountRow>(database.Dialect.UnreadMentions, new { ids }));
        return rows.ToDictionary(row => (row.UserId, ConversationId.FromStored(row.A, row.B)), row => new UnreadMentions((int)row.Mentions, row.First));
    }
}
