using Chat.Protocol;

namespace Chat.Node.Storage;

/// <summary>
/// The parts that the two kinds of database do differently: a handful of statements, and the three batches that carry the
/// load. Everything else is one statement for both, in the repositories.
/// </summary>
abstract class SqlDialect
{
    /// <summary>The statements of the search.</summary>
    public abstract SearchSql Search { get; }

    /// <summary>The id of the row that this connection inserted last.</summary>
    public abstract string LastInsertId { get; }

    /// <summary>A new user: <c>@name, @key, @password, @ours</c>.</summary>
    public abstract string InsertUser { get; }

    /// <summary>Another name and password of a user: <c>@userId, @name, @key, @password</c>.</summary>
    public abstract string RenameUser { get; }

    /// <summary>A new group: <c>@name, @key, @description, @ours</c>.</summary>
    public abstract string InsertGroup { get; }

    /// <summary>Another name and description of a group: <c>@id, @name, @key, @description, @ours</c>.</summary>
    public abstract string ChangeGroup { get; }

    /// <summary>How many others have one of a name's keys: <c>@id, @key, @other</c>. Waits for whoever is about to take it.</summary>
    public abstract string UsersOfName { get; }

    /// <summary>The same for groups.</summary>
    public abstract string GroupsOfName { get; }

    /// <summary>Writes keys of names that have none: <c>@rows</c>, a JSON array of pairs of id and key.</summary>
    public abstract string KeyUsers { get; }

    /// <summary>The same for groups.</summary>
    public abstract string KeyGroups { get; }

    /// <summary>The newest row of each conversation in <c>@ids</c>, a JSON array of pairs.</summary>
    public abstract string Heads { get; }

    /// <summary>The rows of the log at each <c>[a, b, seq]</c> in <c>@ids</c>, a JSON array.</summary>
    public abstract string RowsAt { get; }

    /// <summary>How many texts there are up to <c>[a, b, seq]</c>, for each in <c>@ids</c>, a JSON array; null: all are texts.</summary>
    public abstract string TextsAt { get; }

    /// <summary>How many messages at <c>[user, a, b, seq]</c> in <c>@ids</c>, a JSON array, are of others than the user; a user who has none is missing.</summary>
    public abstract string CountOfOthers { get; }

    /// <summary>
    /// For each <c>[a, b, ts, lowest]</c> in <c>@ids</c>, a JSON array, the conversation's newest row that is older than the time or
    /// not above the lowest number; NULL if there is none.
    /// </summary>
    public abstract string LastBefore { get; }

    /// <summary>
    /// What marks are judged by (<see cref="MarkStanding"/>), for each <c>[user, a, b]</c> in <c>@ids</c>, a JSON array; one row for each, whatever there is.
    /// </summary>
    public abstract string MarkStandings { get; }

    /// <summary>
    /// For each <c>[user, other]</c> in <c>@ids</c>, a JSON array: whether the user has blocked the other, is blocked by the other, and is none of the contacts to
    /// whom alone the other shows itself.
    /// </summary>
    public abstract string PairStandings { get; }

    /// <summary>Finds the marks above the head, for each <c>[a, b, head]</c> in <c>@ids</c>, a JSON array.</summary>
    public abstract string ImpossibleMarks { get; }

    /// <summary>What is looked up for webhooks of many conversations.</summary>
    public abstract WebhookSql Webhooks { get; }

    /// <summary>Marks a conversation <c>@A, @B</c> for webhooks from the number <c>@first</c> on; one that is marked already keeps its first number.</summary>
    public abstract string MarkForWebhooks { get; }

    /// <summary>How far an endpoint has come: <c>@Endpoint, @A, @B, @Seq, @Attempts, @FailingSince, @Due</c>.</summary>
    public abstract string StoreWebhookCursor { get; }

    /// <summary>Marks that messages of <c>@A, @B</c> were changed, from the rev <c>@first</c> to <c>@last</c>; what is marked already keeps its first rev.</summary>
    public abstract string MarkChangesForWebhooks { get; }

    /// <summary>How far an endpoint has come with changes: <c>@Endpoint, @A, @B, @Seq</c> (a rev)<c>, @Attempts, @FailingSince, @Due</c>.</summary>
    public abstract string StoreWebhookChangeCursor { get; }

    /// <summary>Nobody else changes messages of the conversation <c>@A, @B</c> until this transaction ends.</summary>
    public abstract string LockConversation { get; }

    /// <summary>Nobody else changes the members of the group <c>@groupId</c> until this transaction ends; nothing if there is no such group.</summary>
    public abstract string LockGroup { get; }

    /// <summary>Nobody else counts what the user <c>@userId</c> has until this transaction ends.</summary>
    public abstract string LockUser { get; }

    /// <summary>What has become of a message: <c>@A, @B, @Seq, @Rev, @Changed, @Edited, @RecalledBy, @Recalled, @Pinned</c>.</summary>
    public abstract string StoreMessageState { get; }

    /// <summary>
    /// What a user does about a conversation: <c>@userId, @A, @B, @clearTo, @set, @kept, @now</c>. Flags that are not in <c>@kept</c> go, those in <c>@set</c> come;
    /// what is cleared stays so.
    /// </summary>
    public abstract string ChangeConversation { get; }

    /// <summary>
    /// For each <c>[a, b, seq, peer]</c> in <c>@ids</c>, a JSON array: the message, what has become of it, how far the other user is, and what
    /// <c>@userId</c> has begun to write.
    /// </summary>
    public abstract string ListedConversations { get; }

    /// <summary>
    /// For each <c>[user, a, b, above]</c> in <c>@ids</c>, a JSON array: how many messages above a number mention the user, or everybody, and are of somebody else,
    /// and the first of them; where there are none the row is missing.
    /// </summary>
    public abstract string UnreadMentions { get; }

    /// <summary>
    /// For each <c>[a, b]</c> in <c>@ids</c>, a JSON array: how long it is kept, what is gone of it, and how old the first of its messages is, and of the rows that may be
    /// deleted.
    /// </summary>
    public abstract string KeptConversations { get; }

    /// <summary>For each <c>[a, b, seq]</c> in <c>@ids</c>, a JSON array: the reactions to the message, and whether <c>@userId</c> is among them.</summary>
    public abstract string ListedReactions { get; }

    /// <summary>
    /// Inserts rows of the log. Of each conversation the rows up to the first one that fails are written, and a row that
    /// fails takes no other conversation's with it.
    /// </summary>
    /// <returns>An outcome for each row, in their order.</returns>
    public abstract Task<AppendOutcome[]> AppendAsync(IChatDatabase database, long node, IReadOnlyList<LogRow> rows);

    /// <summary>
    /// Inserts rows of the offline queue, and in the same transaction the marks that say so. A row that is there already
    /// counts as inserted.
    /// </summary>
    /// <param name="database">Where.</param>
    /// <param name="rows">Which.</param>
    /// <param name="pushDue">
    /// When it is looked at whether their users have to be woken, in milliseconds since 1970, UTC: written in the same transaction, for users and
    /// conversations of which nothing is written yet. Null: nobody wants to know.
    /// </param>
    public abstract Task InsertOfflineAsync(IChatDatabase database, IReadOnlyList<OfflineRow> rows, long? pushDue = null);

    /// <summary>The first numbered row of each user and conversation, in one order, for locks.</summary>
    protected internal static List<PendingPush> PushesOf(IReadOnlyList<OfflineRow> rows) =>
    [
        .. rows.Where(row => row.Seq > 0).GroupBy(row => (row.UserId, row.Conversation))
            .Select(own => new PendingPush(own.Key.UserId, own.Key.Conversation, own.Min(row => row.Seq)))
            .OrderBy(push => (push.UserId, push.Conversation.A, push.Conversation.B)),
    ];

    /// <summary>Moves marks forward; a lower value than the stored one changes nothing.</summary>
    public abstract Task RaiseMarksAsync(IChatDatabase database, IReadOnlyList<DeliveryMark> marks, long now);

    /// <summary>The conversations in which an incarnation logged something at or after a time.</summary>
    public abstract Task<List<ConversationId>> TouchedSinceAsync(IChatDatabase database, long incarnation, long ts);

    /// <summary>A queued message of ours as it was before <see cref="InsertOfflineAsync"/>.</summary>
    public abstract ReadOnlyMemory<byte> FromStored(byte[] message);

    /// <summary>Text of a column that one kind of database gives as text and the other as bytes.</summary>
    public static string TextOf(object? value) => value switch
    {
        string text => text,
        byte[] bytes => System.Text.Encoding.UTF8.GetString(bytes),
        _ => "",
    };

    /// <summary>The same as bytes.</summary>
    public static byte[] BytesOf(object? value) => value switch
    {
        byte[] bytes => bytes,
        string text => System.Text.Encoding.UTF8.GetBytes(text),
        _ => [],
    };

    /// <summary>Conversations for <see cref="Heads"/> and <see cref="Webhooks"/>.</summary>
    public static string PairsOf(IEnumerable<ConversationId> ids) => $"[{string.Join(',', ids.Select(id => $"[{id.A},{id.B}]"))}]";
}
