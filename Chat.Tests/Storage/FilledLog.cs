using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Tests.Storage;

/// <summary>A database in which there are users and messages.</summary>
static class FilledLog
{
    /// <summary>Users with the ids from 1 on.</summary>
    public static async Task AddUsersAsync(IChatDatabase database, int count)
    {
        for (var i = 1; i <= count; i++)
            await new Accounts(database).RegisterAsync($"user {i}", "no hash");
    }

    /// <summary>The numbers from one on up to another.</summary>
    public static Task AppendAsync(IChatDatabase database, ConversationId id, long upTo, long first = 1) =>
        new MessageLogStore(database, new NodeIdentity("here", 77)).AppendAsync(
            [.. Enumerable.Range((int)first, (int)(upTo - first + 1)).Select(seq => new LogRow(id, seq, 1, $"filled-{seq}", 1000 + seq, "{}"u8.ToArray()))]);
}
