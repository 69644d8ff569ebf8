using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Node.Webhooks;
using Chat.Protocol;
using Chat.Tests.Storage;
using Dapper;
using Xunit;

namespace Chat.SystemTests.Storage;

/// <summary>What is stored for endpoints of webhooks, and when it goes.</summary>
public abstract class WebhookStoreTests : StorageTest
{
    static readonly ConversationId Pair = ConversationId.Direct(1, 2);

    readonly WebhookOutbox _outbox;
    readonly WebhookStore _endpoints;
    readonly WebhookMarks _marks;
    readonly WebhookChanges _changes;

    private protected WebhookStoreTests(StorageProvider provider)
        : base(provider)
    {
        _outbox = new WebhookOutbox(Database.Chat, Database.Clock);
        _endpoints = new WebhookStore(Database.Chat, Database.Clock);
        _marks = new WebhookMarks(Database.Chat, _outbox, Database.Clock);
        _changes = new WebhookChanges(Database.Chat, _outbox);
    }

    public sealed class OnSqlite() : WebhookStoreTests(StorageProvider.Sqlite);

    public sealed class OnMariaDb() : WebhookStoreTests(StorageProvider.MySql);

    [Fact]
    public async Task Events_that_every_endpoint_has_go_in_steps_and_the_last_one_stays()
    {
        const int Last = (2 * WebhookOutbox.AtOnce) + 500;
        await InsertEventsAsync(Last);
        Assert.True(await _outbox.PurgeAsync(Last));
        Assert.Equal((WebhookOutbox.AtOnce + 1L, Last - (long)WebhookOutbox.AtOnce), (await ScalarAsync("SELECT MIN(id) FROM WebhookEvent"), await ScalarAsync("SELECT COUNT(*) FROM WebhookEvent")));
        Assert.True(await _outbox.PurgeAsync(Last));
        Assert.False(await _outbox.PurgeAsync(Last));
        Assert.Equal(((long)Last, 1L), (await ScalarAsync("SELECT MIN(id) FROM WebhookEvent"), await ScalarAsync("SELECT COUNT(*) FROM WebhookEvent")));
        Assert.False(await _outbox.PurgeAsync(Last));
    }

    [Fact]
    public async Task What_an_endpoint_lacks_is_not_given_up_once_it_is_on_again()
    {
        await LackAsync();
        var off = await SwitchOffAsync();
        Assert.True(await _endpoints.UpdateAsync(off.On(), off));
        Assert.False(await Off.RunAsync(off));
        Assert.Null(await _changes.BuryAsync(new WebhookCursor(off.Id, Pair, 0, IsOfChanges: true), off.DisabledAt));
        Assert.False(await _endpoints.GiveUpOutboxAsync(off.Id, 1, 1, off.DisabledAt));
        Database.Clock.Now += TimeSpan.FromMinutes(1);
        var again = await SwitchOffAsync();
        Assert.False(await Off.RunAsync(off)); // off, but since another time
        Assert.Equal((0L, 0L, 0L), (await ScalarAsync("SELECT COUNT(*) FROM WebhookDeadLetter"), await GapsAsync(), (await EndpointAsync()).OutboxTo));

        Assert.True(await Off.RunAsync(again));
        Assert.False((await EndpointAsync()).IsKept);
        Assert.Equal((1L, 2L), (await ScalarAsync("SELECT COUNT(*) FROM WebhookDeadLetter"), await GapsAsync())); // of the other events, and of all conversations
    }

    [Fact]
    public async Task An_endpoint_that_was_forgotten_begins_behind_what_is_there_in_every_conversation()
    {
        await LackAsync();
        Assert.True(await Off.RunAsync(await SwitchOffAsync()));
        await FilledLog.AppendAsync(Database.Chat, Pair, upTo: 5, first: 4);
        await _marks.MarkAsync([.. Enumerable.Range(1, WebhookStart.AtOnce).Select(group => (ConversationId.Group(group), 1L))]);
        await ChangeAsync(Pair, rev: 2);
        var forgotten = await EndpointAsync();
        Assert.True(await _endpoints.UpdateAsync(forgotten.On(), forgotten));
        Assert.Equal((5L, 2L, WebhookStart.AtOnce + 1L), (await SeqAsync(), await RevAsync(), await ScalarAsync("SELECT COUNT(*) FROM WebhookCursor")));

        // It has begun: somebody who has seen it off and switches it on, too, moves nothing.
        var (begun, gaps) = (await EndpointAsync(), await GapsAsync());
        await FilledLog.AppendAsync(Database.Chat, Pair, upTo: 6, first: 6);
        await InsertEventsAsync(1, first: 1000);
        Assert.True(await _endpoints.UpdateAsync(forgotten.On(), forgotten));
        Assert.Equal((5L, begun.OutboxTo, gaps), (await SeqAsync(), (await EndpointAsync()).OutboxTo, await GapsAsync()));
    }

    [Fact]
    public async Task An_endpoint_that_wants_messages_from_now_on_begins_behind_those_that_are_there()
    {
        Assert.NotNull(await _endpoints.AddAsync("http://example.com", [new byte[32]], ["user.created"], isBatch: false));
        await FilledLog.AppendAsync(Database.Chat, Pair, upTo: 3);
        await _marks.MarkAsync([(Pair, 1)]);
        await ChangeAsync(Pair, rev: 1);
        var before = await EndpointAsync();
        Assert.True(await _endpoints.UpdateAsync(before with { Types = ["message.created"] }, before));
        Assert.Equal((3L, 0L), (await SeqAsync(), await RevAsync()));
        before = await EndpointAsync();
        Assert.True(await _endpoints.UpdateAsync(before with { Types = [] }, before));
        Assert.Equal((3L, 1L), (await SeqAsync(), await RevAsync()));
    }

    [Fact]
    public async Task Others_are_told_once_of_an_endpoint_that_is_forgotten_however_much_it_lacked()
    {
        Assert.NotNull(await _endpoints.AddAsync("http://example.com", [new byte[32]], [], isBatch: false));
        for (var group = 1; group <= OffWorker.AtOnce + 1; group++)
        {
            await FilledLog.AppendAsync(Database.Chat, ConversationId.Group(group), upTo: 1);
            await _marks.MarkAsync([(ConversationId.Group(group), 1)]);
            await ChangeAsync(ConversationId.Group(group), rev: 1);
        }

        var off = await SwitchOffAsync();
        Assert.True(await Off.RunAsync(off));
        Assert.Equal(OffWorker.AtOnce + 1, await ScalarAsync("SELECT COUNT(*) FROM WebhookDeadLetter"));
        Assert.Equal(
            $$"""{"endpoint":{{off.Id}},"since":{{off.DisabledAt}},"until":{{Database.Clock.Milliseconds}},"reason":"off"}""",
            await Database.ScalarAsync<string>("SELECT data FROM WebhookEvent WHERE type = 'webhook.gap'"));
        Assert.Equal(1, await GapsAsync());
    }

    [Fact]
    public async Task What_is_given_up_behind_a_dead_letter_is_one_with_it_and_what_was_brought_of_it_goes()
    {
        await LackAsync();
        var id = (await EndpointAsync()).Id;
        Assert.Equal(3, await _marks.BuryAsync(new WebhookCursor(id, Pair, 0), "away"));
        var first = Assert.Single(await _marks.DeadLettersAsync(id, 10));
        await FilledLog.AppendAsync(Database.Chat, Pair, upTo: 5, first: 4);
        Assert.Equal(5, await _marks.BuryAsync(new WebhookCursor(id, Pair, 3), "still away"));
        Assert.Equal(first with { ToSeq = 5, Reason = "still away" }, Assert.Single(await _marks.DeadLettersAsync(id, 10)));
        Assert.False(await _marks.RemoveDeadLetterAsync(first)); // a replay has brought what it was
        var rest = Assert.Single(await _marks.DeadLettersAsync(id, 10));
        Assert.Equal((4L, 5L), (rest.FromSeq, rest.ToSeq));
        Assert.True(await _marks.RemoveDeadLetterAsync(rest));
        Assert.Empty(await _marks.DeadLettersAsync(id, 10));
    }

    [Fact]
    public async Task Dead_letters_go_with_their_messages()
    {
        await LackAsync();
        var id = (await EndpointAsync()).Id;
        await _marks.BuryAsync(new WebhookCursor(id, Pair, 0), "away");
        var retention = new RetentionStore(Database.Chat, _outbox, Database.Clock);
        Assert.True(await retention.RaiseAsync(Pair, 3));
        Assert.Equal(3, Assert.Single(await _marks.DeadLettersAsync(id, 10)).FromSeq);
        Assert.True(await retention.RaiseAsync(Pair, 4));
        Assert.Empty(await _marks.DeadLettersAsync(id, 10));
    }

    [Fact]
    public async Task What_an_endpoint_lacked_that_was_removed_goes_in_steps_and_nothing_of_another_one()
    {
        for (var i = 0; i < 2; i++)
            Assert.NotNull(await _endpoints.AddAsync($"http://example.com/{i}", [new byte[32]], [], isBatch: false));
        var (gone, stays) = ((await _endpoints.AllAsync())[0].Id, (await _endpoints.AllAsync())[1].Id);
        foreach (var id in (long[])[gone, stays])
        {
            // a few statements: one for each row is a matter of how quick the machine is
            var places = Enumerable.Range(1, WebhookLeftovers.AtOnce + 1).ToList();
            await Database.ExecuteAsync($"INSERT INTO WebhookCursor (endpoint, a, b, seq) VALUES {Rows(group => $"({id}, 0, {group}, 1)")}");
            await Database.ExecuteAsync($"INSERT INTO WebhookChangeCursor (endpoint, a, b, rev) VALUES {Rows(group => $"({id}, 0, {group}, 1)")}");
            await Database.ExecuteAsync(
                $"INSERT INTO WebhookDeadLetter (endpoint, a, b, from_seq, to_seq, reason, created) VALUES {Rows(group => $"({id}, 0, {group}, 1, 1, 'x', 1)")}");

            string Rows(Func<int, string> row) => string.Join(", ", places.Select(row));
        }

        var leftovers = new WebhookLeftovers(Database.Chat);
        Assert.False(await leftovers.DeleteAsync()); // all are there
        Assert.True(await _endpoints.RemoveAsync(gone));
        var steps = 0;
        while (await leftovers.DeleteAsync())
            steps++;
        Assert.Equal(6, steps);
        foreach (var table in (string[])["WebhookCursor", "WebhookChangeCursor", "WebhookDeadLetter"])
            Assert.Equal(WebhookLeftovers.AtOnce + 1, await ScalarAsync($"SELECT COUNT(*) FROM {table} WHERE endpoint = {stays}") + await ScalarAsync($"SELECT COUNT(*) FROM {table} WHERE endpoint <> {stays}"));
    }

    OffWorker Off => new(_marks, _changes, _outbox, _endpoints, Database.Clock);

    /// <summary>An endpoint that lacks messages, changes of them and an event.</summary>
    async Task LackAsync()
    {
        Assert.NotNull(await _endpoints.AddAsync("http://example.com", [new byte[32]], [], isBatch: false));
        await FilledLog.AppendAsync(Database.Chat, Pair, upTo: 3);
        await _marks.MarkAsync([(Pair, 1)]);
        await ChangeAsync(Pair, rev: 1);
        await InsertEventsAsync(1);
    }

    async Task ChangeAsync(ConversationId id, long rev)
    {
        await Database.ExecuteAsync(
            "INSERT INTO MessageState (a, b, seq, rev, changed, edited, recalled_by, recalled, pinned) VALUES (@A, @B, @rev, @rev, 1, 1, 0, 0, 0)", new { id.A, id.B, rev });
        await Database.ExecuteAsync("REPLACE INTO WebhookChangeMark (a, b, first_rev, version) VALUES (@A, @B, 1, @rev)", new { id.A, id.B, rev });
    }

    async Task<WebhookEndpoint> SwitchOffAsync()
    {
        var on = await EndpointAsync();
        Assert.True(await _endpoints.DisableAsync(on.Id, "off"));
        return await EndpointAsync();
    }

    async Task<WebhookEndpoint> EndpointAsync() => (await _endpoints.AllAsync()).Single();

    Task<long> SeqAsync() => ScalarAsync("SELECT COALESCE(MAX(seq), 0) FROM WebhookCursor WHERE a = 1 AND b = 2");

    Task<long> RevAsync() => ScalarAsync("SELECT COALESCE(MAX(rev), 0) FROM WebhookChangeCursor WHERE a = 1 AND b = 2");

    Task<long> GapsAsync() => ScalarAsync("SELECT COUNT(*) FROM WebhookEvent WHERE type = 'webhook.gap'");

    Task<long> ScalarAsync(string sql) => Database.ScalarAsync<long>(sql);

    Task<int> InsertEventsAsync(int count, int first = 1) => Database.Chat.WriteAsync((connection, transaction) => connection.ExecuteAsync(
        "INSERT INTO WebhookEvent (id, type, data, created) VALUES (@id, 'user.created', '{}', 0)", Enumerable.Range(first, count).Select(id => new { id }), transaction));
}
