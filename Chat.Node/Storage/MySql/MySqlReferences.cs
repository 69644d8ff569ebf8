using System.Data.Common;
using Chat.Protocol;
using MySqlConnector;

namespace Chat.Node.Storage.MySql;

/// <summary>What messages refer to, in the transaction of their rows: two statements more, and none for messages that refer to nothing.</summary>
sealed class MySqlReferences
{
    readonly MySqlRows _references = new(
        "REPLACE INTO MessageReference (a, b, seq, thread, refs) VALUES",
        [MySqlDbType.Int32, MySqlDbType.Int32, MySqlDbType.Int64, MySqlDbType.Int64, MySqlDbType.Blob]);

    readonly MySqlRows _mentions = new(
        "REPLACE INTO Mention (userid, a, b, seq, sender) VALUES",
        [MySqlDbType.Int32, MySqlDbType.Int32, MySqlDbType.Int32, MySqlDbType.Int64, MySqlDbType.Int32]);

    public async Task InsertAsync(DbConnection connection, DbTransaction? transaction, IReadOnlyList<LogRow> rows)
    {
        if (rows.Count == 0)
            return;
        var read = rows.Select(row => (Row: row, References: MessageReferences.Parse(row.References))).ToList();
        foreach (var part in read.Chunk(MySqlRows.MaxPrepared))
        {
            await _references.ExecuteAsync(connection, transaction, part, (values, each) =>
            {
                values.Add(each.Row.Conversation.A);
                values.Add(each.Row.Conversation.B);
                values.Add(each.Row.Seq);
                values.Add(each.References.Thread);
                values.Add(each.Row.References);
            });
        }

        var mentions = read.SelectMany(each => StoredMentions.UsersOf(each.References, each.Row.Sender).Select(userId => (UserId: userId, each.Row)));
        foreach (var part in mentions.Chunk(MySqlRows.MaxPrepared))
        {
            await _mentions.ExecuteAsync(connection, transaction, part, (values, each) =>
            {
                values.Add(each.UserId);
                values.Add(each.Row.Conversation.A);
                values.Add(each.Row.Conversation.B);
                values.Add(each.Row.Seq);
                values.Add(each.Row.Sender);
            });
        }
    }
}
