using System.Text.Encodings.Web;
using System.Text.Json;
using Chat.Node.Faults;
using Chat.Node.Search;
using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Node.Telemetry;
using Chat.Protocol;
using Chat.Tests.Storage;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Chat.SystemTests.Storage;

/// <summary>What is in the index of the search, and what is found by it.</summary>
public abstract class SearchTests : StorageTest
{
    const int Me = 1;
    const int Other = 2;
    const int Stranger = 3;
    static readonly ConversationId Pair = ConversationId.Direct(Me, Other);
    static readonly ConversationId Foreign = ConversationId.Direct(Other, Stranger);
    static readonly ConversationId Group = ConversationId.Group(1);

    static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    readonly MessageLogStore _log;
    readonly SearchStore _store;
    readonly SearchTouches _touches;
    readonly MessageChangeStore _changes;

    private protected SearchTests(StorageProvider provider)
        : base(provider)
    {
        _log = new MessageLogStore(Database.Chat, Database.Node);
        _store = new SearchStore(Database.Chat);
        _touches = new SearchTouches(Database.Clock) { IsOn = true };
        var lease = new NodeLease(Database.Clock);
        lease.Renew(Database.Clock.SteadyMilliseconds());
        _changes = new MessageChangeStore(Database.Chat, lease, new CrashPoints(null), _touches);
    }

    public sealed class OnSqlite() : SearchTests(StorageProvider.Sqlite);

    public sealed class OnMariaDb() : SearchTests(StorageProvider.MySql);

    [Fact]
    public async Task Who_takes_part_finds_by_words_and_by_parts_of_chinese_and_nobody_else_does()
    {
        await PrepareAsync();
        await AppendAsync(Row(Pair, 1, "我家在上海东边"), Row(Pair, 2, "talk ABOUT it"), Row(Group, 1, "about the group"), Row(Foreign, 1, "about me", sender: Other));
        await IndexAsync();

        foreach (var wanted in (string[])["上海", "海", "边", "上", "上海东边"])
            Assert.Equal([(Pair, 1L)], await FindAsync(Me, wanted));
        Assert.Empty(await FindAsync(Me, "东上"));
        Assert.Equal([(Group, 1L), (Pair, 2L)], (await FindAsync(Me, "about")).Order(Comparer<(ConversationId Id, long)>.Create((x, y) => x.Id.A.CompareTo(y.Id.A))));
        Assert.Equal([(Pair, 2L)], await FindAsync(Me, "about it"));
        Assert.Equal([(Foreign, 1L)], await FindAsync(Stranger, "about"));
        Assert.Equal([(Group, 1L)], await FindAsync(Me, "about", request => request with { Conversation = Group }));
        Assert.Empty(await FindAsync(Me, "about", request => request with { From = Stranger }));
        Assert.Equal([(Pair, 2L)], await FindAsync(Me, "about", request => request with { Conversation = Pair, From = Other }));

        await Database.ExecuteAsync($"DELETE FROM GroupUser WHERE userid = {Me}");
        Assert.Equal([(Pair, 2L)], await FindAsync(Me, "about"));
        await new ConversationViews(Database.Chat, Database.Clock).ChangeAsync(Me, new(Pair) { ClearTo = 2 });
        Assert.Empty(await FindAsync(Me, "about"));
        Assert.Equal([(Pair, 2L)], await FindAsync(Other, "it"));
    }

    [Fact]
    public async Task Times_and_pages_go_from_the_newest_to_the_oldest_and_miss_nothing()
    {
        await PrepareAsync();
        for (var seq = 1; seq <= 430; seq++)
            await AppendAsync(Row(Pair, seq, seq % 2 == 0 ? "even word" : "odd word"));
        await IndexAsync();

        var seqs = new List<long>();
        for (var from = SearchPlace.First; ;)
        {
            var found = await new SearchFinder(_store, Database.Clock).FindAsync(Me, new SearchRequest("even", 50), SearchWords.TermsOf("even"), from);
            seqs.AddRange(found.Rows.Select(row => row.Row.Seq));
            if (found.Next is not { } next)
                break;
            from = Assert.NotNull(SearchPlace.Find(next.ToString()));
        }

        Assert.Equal(Enumerable.Range(1, 215).Select(i => 432L - (2 * i)), seqs);
        Assert.Equal([20L, 18L], (await FindAsync(Me, "even", request => request with { Since = 1018, Until = 1022 })).Select(hit => hit.Seq));
    }

    [Fact]
    public async Task An_edit_is_found_by_its_new_words_and_what_was_taken_back_by_none()
    {
        await PrepareAsync();
        await AppendAsync(Row(Pair, 1, "before"), Row(Pair, 2, "secret"), Row(Pair, 3, "before"));
        await IndexAsync();
        Assert.Equal(2, (await FindAsync(Me, "before")).Count);

        await ChangeAsync(0, message => (message.Seq, message.Edited, message.Body) is (1, _, _) ? Body("after") : Body(""), 1, 2);
        Assert.Equal([Pair], _touches.Take().Conversations);
        Assert.Equal([(Pair, 3L)], await FindAsync(Me, "before")); // the index is behind, the text is not
        Assert.Empty(await FindAsync(Me, "secret"));
        await IndexAsync();
        Assert.Equal([(Pair, 1L)], await FindAsync(Me, "after"));
        Assert.Empty(await _store.FindAsync(["xwsecret"], [SearchWords.UserToken(Me)], SearchPlace.First, 10)); // nothing of it is left
        Assert.Equal([(Pair, 3L)], await FindAsync(Me, "before"));
    }

    [Fact]
    public async Task What_is_kept_no_longer_is_found_by_nobody_before_it_is_deleted_too()
    {
        await PrepareAsync();
        await AppendAsync(Row(Pair, 1, "gone"), Row(Pair, 2, "gone too"), Row(Pair, 3, "still not gone"), Row(Group, 1, "not gone"));
        await IndexAsync();
        Assert.Equal(4, (await FindAsync(Me, "gone")).Count);
        Assert.True(await new RetentionStore(Database.Chat, new WebhookOutbox(Database.Chat, Database.Clock), Database.Clock).RaiseAsync(Pair, 3));
        Assert.Equal([(Group, 1L), (Pair, 3L)], (await FindAsync(Me, "gone")).OrderBy(hit => hit.Seq));
    }

    [Fact]
    public async Task Two_that_index_the_same_write_it_once_and_in_order()
    {
        await PrepareAsync();
        await AppendAsync([.. Enumerable.Range(1, 300).Select(seq => Row(Pair, seq, $"word{seq % 3}"))]);
        await Task.WhenAll(IndexAsync(), IndexAsync());
        Assert.Equal(100, await Database.ScalarAsync<int>(Database.Chat.Dialect is Chat.Node.Storage.Sqlite.SqliteDialect
            ? "SELECT COUNT(*) FROM MessageText WHERE MessageText MATCH 'xwword1'"
            : "SELECT COUNT(*) FROM MessageText WHERE MATCH (tokens) AGAINST ('xwword1' IN BOOLEAN MODE)"));
        var standing = Assert.Single(await _store.StandingsAsync([Pair]));
        Assert.False(standing.IsBehind);
        await _store.WriteAsync([new SearchStep(standing with { Seq = 7 }, 300, 0, [(new SearchRow(1, Row(Pair, 1, "")), "xwlate")])]); // judged by what was read long ago
        Assert.Empty(await _store.FindAsync(["xwlate"], ["xwlate"], SearchPlace.First, 10));
    }

    [Fact]
    public async Task After_a_restored_backup_the_messages_that_come_in_place_of_others_are_found()
    {
        await PrepareAsync();
        await AppendAsync(Row(Pair, 1, "one"), Row(Pair, 2, "lost"), Row(Pair, 3, "lost"));
        await IndexAsync();
        await Database.ExecuteAsync($"DELETE FROM MessageLog WHERE seq > 1");
        await AppendAsync(Row(Pair, 2, "new", cmid: "other"));
        await IndexAsync();
        Assert.Equal([(Pair, 2L)], await FindAsync(Me, "new"));
        Assert.Equal([(Pair, 1L)], await FindAsync(Me, "one"));
        Assert.Empty(await FindAsync(Me, "lost"));
    }

    [Fact]
    public async Task Strange_rows_do_no_harm()
    {
        await PrepareAsync();
        await AppendAsync(Row(Pair, 1, "one"), Row(Pair, 2, "x"), Row(Pair, 3, "three"));
        await AppendAsync(Row(Pair, 9007199254740991, "made up"));
        await Database.ExecuteAsync("UPDATE MessageLog SET body = 'no object' WHERE seq = 2");
        await IndexAsync();
        Assert.Equal([(Pair, 3L)], await FindAsync(Me, "three"));
        Assert.Equal([(Pair, 9007199254740991)], await FindAsync(Me, "made"));
        foreach (var hostile in (string[])["\" OR \"xwone", "one) OR (", "+one -three", "*", "xw*", "one*", "NEAR(one)", "tokens:one", "'; DROP TABLE MessageText; --"])
            Assert.DoesNotContain((Pair, 3L), await FindAsync(Me, hostile));
    }

    [Fact]
    public async Task A_walk_looks_at_every_conversation_and_only_one_node_walks()
    {
        await PrepareAsync();
        var ids = Enumerable.Range(2, 230).Select(user => ConversationId.Direct(Me, user)).ToList();
        await AppendAsync([.. ids.Select(id => Row(id, 1, "text")), Row(Group, 1, "text")]);
        var (here, there) = (new SearchWalks(Database.Chat, Database.Node), new SearchWalks(Database.Chat, new NodeIdentity("there:4053", 2002)));
        Assert.Equal(0, await here.FinishedAsync());
        var seen = new List<ConversationId>((await here.NextAsync(1_000_000))!);
        Assert.Equal(SearchWalks.PageSize, seen.Count);
        Assert.Null(await there.NextAsync(1_000_001));
        seen.AddRange((await there.NextAsync(1_070_000))!); // the first one has died meanwhile
        Assert.Null(await here.NextAsync(1_070_001));
        while (await there.NextAsync(1_070_002) is { Count: > 0 } page)
            seen.AddRange(page);
        Assert.Equal([Group, .. ids], seen.Order(Comparer<ConversationId>.Create((x, y) => (x.A, x.B).CompareTo((y.A, y.B)))));
        Assert.Equal(1_000_000, await here.FinishedAsync());
        Assert.NotEmpty((await here.NextAsync(2_000_000))!); // from the start again
    }

    [Fact]
    public async Task A_conversation_that_cannot_be_indexed_holds_up_no_other_one_and_is_tried_again()
    {
        await PrepareAsync();
        await RefuseAsync(Pair);
        await AppendAsync(Row(Pair, 1, "kept back"), Row(Group, 1, "found at once"));
        var indexer = new SearchIndexer(_store, new SearchWalks(Database.Chat, Database.Node), _touches, Database.Clock, NullLogger<SearchIndexer>.Instance);
        await indexer.RoundAsync();
        Assert.Equal([(Group, 1L)], await FindAsync(Me, "found"));
        Assert.Empty(await FindAsync(Me, "kept"));
        await Database.Chat.WriteAsync(async (connection, transaction) => await connection.ExecuteAsync("DROP TRIGGER refused", transaction: transaction));
        await indexer.RoundAsync();
        Assert.Empty(await FindAsync(Me, "kept")); // its pause is not over
        Database.Clock.Now += TimeSpan.FromMilliseconds(SearchParking.FirstPauseMilliseconds);
        await indexer.RoundAsync();
        Assert.Equal([(Pair, 1L)], await FindAsync(Me, "kept"));
    }

    /// <summary>The database takes nothing of a conversation into the index.</summary>
    Task<int> RefuseAsync(ConversationId id) => Database.Chat.WriteAsync(async (connection, transaction) => await connection.ExecuteAsync(
        Database.Chat is Chat.Node.Storage.Sqlite.SqliteDatabase
            ? $"CREATE TRIGGER refused BEFORE INSERT ON SearchCursor WHEN NEW.a = {id.A} AND NEW.b = {id.B} BEGIN SELECT RAISE(ABORT, 'refused'); END"
            : $"CREATE TRIGGER refused BEFORE INSERT ON SearchCursor FOR EACH ROW IF NEW.a = {id.A} AND NEW.b = {id.B} THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'refused'; END IF",
        transaction: transaction));

    async Task PrepareAsync()
    {
        await FilledLog.AddUsersAsync(Database.Chat, 3);
        await new ContactStore(Database.Chat).CreateGroupAsync(Me, "g", "", [Other]);
    }

    async Task AppendAsync(params LogRow[] rows)
    {
        foreach (var part in rows.Chunk(100))
            Assert.All(await _log.AppendAsync(part), outcome => Assert.Equal(AppendStatus.Written, outcome.Status));
        _touches.Add([.. rows.Select(row => row.Conversation)]);
    }

    Task IndexAsync()
    {
        var indexer = new SearchIndexer(_store, new SearchWalks(Database.Chat, Database.Node), _touches, Database.Clock, NullLogger<SearchIndexer>.Instance);
        return indexer.IndexAsync([Pair, Foreign, Group]);
    }

    async Task<List<(ConversationId Id, long Seq)>> FindAsync(int userId, string text, Func<SearchRequest, SearchRequest>? change = null)
    {
        var request = new SearchRequest(text, 50);
        var terms = SearchWords.TermsOf(text);
        if (terms.Count == 0)
            return [];
        var found = await new SearchFinder(_store, Database.Clock).FindAsync(userId, change?.Invoke(request) ?? request, terms, SearchPlace.First);
        Assert.Null(found.Next);
        return [.. found.Rows.Select(row => (row.Row.Conversation, row.Row.Seq))];
    }

    async Task ChangeAsync(long rev, Func<StoredMessage, byte[]> body, params long[] seqs)
    {
        var basis = await _changes.ReadBasisAsync(Pair, seqs, [Me]);
        foreach (var message in basis.Messages.Values)
        {
            message.Body = body(message);
            message.Edited = 9;
            message.Changed = 9;
            message.Rev = ++rev;
        }

        Assert.True(await _changes.WriteAsync(new ChangeSet(Pair, basis.Rev, 9, [.. basis.Messages.Values], seqs.ToHashSet(), [])));
    }

    static LogRow Row(ConversationId id, long seq, string text, int sender = Other, string? cmid = null) =>
        new(id, seq, sender, cmid ?? $"c{id}-{seq}", 1000 + seq, Body(text));

    static byte[] Body(string text) =>
        JsonSerializer.SerializeToUtf8Bytes(new { id = 2, msg = text, msgid = 6, name = "two", time = "2026-01-02 03:04:05", toid = 1 }, Relaxed);
}
