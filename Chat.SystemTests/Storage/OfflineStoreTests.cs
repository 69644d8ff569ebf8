using System.Text;
using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Protocol;
using Chat.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Chat.SystemTests.Storage;

public abstract class OfflineStoreTests : StorageTest, IAsyncLifetime
{
    static readonly ConversationId One = ConversationId.Direct(1, 2);
    static readonly ConversationId Other = ConversationId.Group(7);

    readonly OfflineStore _store;
    readonly DeliveryMarks _marks;

    private protected OfflineStoreTests(StorageProvider provider)
        : base(provider) =>
        (_store, _marks) = (new OfflineStore(Database.Chat, Database.Clock, NullLogger<OfflineStore>.Instance), new DeliveryMarks(Database.Chat, Database.Clock, NullLogger<DeliveryMarks>.Instance));

    public sealed class OnSqlite() : OfflineStoreTests(StorageProvider.Sqlite);

    public sealed class OnMariaDb() : OfflineStoreTests(StorageProvider.MySql);

    public Task InitializeAsync() => Database.ExecuteAsync("INSERT INTO AllGroup (id, groupname, groupdesc) VALUES (7, 'seven', '')");

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task What_was_said_in_a_group_that_is_no_more_is_given_to_nobody()
    {
        await _store.InsertAsync([Row(2, ConversationId.Group(8), 1), Row(2, Other, 1), Row(2, ConversationId.Group(8), 2)]);
        Assert.Equal([(Other, 1L)], (await _store.ReadAsync(2, 0, 10)).Select(row => (row.Conversation!.Value, row.Seq)));
        Assert.Equal(1, await Database.ScalarAsync<int>("SELECT COUNT(*) FROM OfflineMessage"));
    }

    [Fact]
    public async Task A_queued_message_comes_back_as_it_was_put_in()
    {
        byte[] body = [.. "{\"msg\":\"你\"}"u8];
        await _store.InsertAsync([new OfflineRow(2, One, 5, "c-1", 777, body)]);
        var queued = Assert.Single(await _store.ReadAsync(2, 0, 10));
        Assert.Equal((One, 5L, "c-1", 777L), (queued.Conversation!.Value, queued.Seq, queued.Cmid, queued.Ts));
        Assert.Equal(body, queued.Body.ToArray());
    }

    [Fact]
    public async Task A_message_is_queued_once_for_a_user_and_the_mark_says_so()
    {
        await FilledLog.AppendAsync(Database.Chat, One, 9);
        await FilledLog.AppendAsync(Database.Chat, Other, 9);
        await _store.InsertAsync([Row(2, One, 5)]);
        await _store.InsertAsync([Row(2, One, 5), Row(2, One, 6), Row(2, Other, 5), Row(3, Other, 5)]);
        Assert.Equal([(One, 5L), (One, 6L), (Other, 5L)], (await _store.ReadAsync(2, 0, 10)).Select(row => (row.Conversation!.Value, row.Seq)));
        Assert.Single(await _store.ReadAsync(3, 0, 10));
        Assert.Equal(6, (await _marks.ReadAsync(2, One)).QueuedTo);
        Assert.Equal(5, (await _marks.ReadAsync(2, Other)).QueuedTo);
    }

    [Fact]
    public async Task Rows_and_marks_are_one_transaction()
    {
        await Database.ExecuteAsync("DROP TABLE DeliveryMark");
        await Assert.ThrowsAnyAsync<Exception>(() => _store.InsertAsync([Row(2, One, 5)]));
        Assert.Empty(await _store.ReadAsync(2, 0, 10));
    }

    [Fact]
    public async Task A_mark_never_moves_back_and_other_marks_stay()
    {
        await FilledLog.AddUsersAsync(Database.Chat, 2);
        await FilledLog.AppendAsync(Database.Chat, One, 9);
        await _marks.RaiseAsync([new DeliveryMark(2, One, 9, 4, 3)]);
        await _store.InsertAsync([Row(2, One, 5)]);
        Assert.Equal(new DeliveryMark(2, One, 9, 4, 3), await _marks.ReadAsync(2, One));
    }

    [Fact]
    public async Task Without_numbers_every_message_is_a_row_and_no_mark_is_made()
    {
        await _store.InsertAsync([Row(2, One, 0), Row(2, One, 0)]);
        Assert.Equal(2, (await _store.ReadAsync(2, 0, 10)).Count);
        Assert.Equal(0, await Database.ScalarAsync<int>("SELECT COUNT(*) FROM DeliveryMark"));
    }

    [Fact]
    public async Task Rows_are_read_in_the_order_of_their_coming_page_by_page()
    {
        await _store.InsertAsync([Row(2, One, 9), Row(2, Other, 3), Row(9, One, 1), Row(2, One, 8), Row(2, One, 7)]);
        var first = await _store.ReadAsync(2, 0, 2);
        var second = await _store.ReadAsync(2, first[^1].Id, 10);
        Assert.Equal([9, 3], first.Select(row => row.Seq));
        Assert.Equal([8, 7], second.Select(row => row.Seq));
    }

    [Fact]
    public async Task A_row_of_another_server_is_read_as_a_client_needs_it()
    {
        await Database.ExecuteAsync("INSERT INTO OfflineMessage (userid, message) VALUES (2, '{\"msg\":\"x\",\"id\":1}')");
        var row = Assert.Single(await _store.ReadAsync(2, 0, 10));
        Assert.Equal((One, 0L, null, 0L), (row.Conversation, row.Seq, row.Cmid, row.Ts));
        Assert.StartsWith("{\"id\":1,\"msg\":\"x\",\"msgid\":6,\"name\":\"user 1\",\"time\":\"", Encoding.UTF8.GetString(row.Body.Span));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"msg\":\"cut of")]
    [InlineData("[1]")]
    [InlineData("{\"id\":1}")]
    [InlineData("{\"id\":1,\"msg\":\"x\",\"msgid\":1}")]
    [InlineData("{\"id\":1,\"msg\":\"x\",\"msgid\":10}")]
    public async Task What_no_client_can_be_given_goes_into_quarantine_and_the_rest_comes(string message)
    {
        await Database.ExecuteAsync("INSERT INTO OfflineMessage (userid, message) VALUES (2, @message)", new { message });
        await _store.InsertAsync([Row(2, One, 1)]);
        Assert.Equal(1, Assert.Single(await _store.ReadAsync(2, 0, 1)).Seq);
        Assert.Equal(1, await Database.ScalarAsync<int>("SELECT COUNT(*) FROM OfflineMessage"));
        Assert.Equal(message, SqlDialect.TextOf(await Database.ScalarAsync<object>("SELECT message FROM QuarantinedMessage WHERE userid = 2")));
        Assert.NotEqual("", await Database.ScalarAsync<string>("SELECT reason FROM QuarantinedMessage"));
    }

    [Fact]
    public async Task Only_the_named_rows_of_the_named_user_are_deleted()
    {
        await _store.InsertAsync([Row(2, One, 1), Row(2, One, 2), Row(2, One, 3), Row(3, Other, 1)]);
        var ids = (await _store.ReadAsync(2, 0, 10)).ConvertAll(row => row.Id);
        var notOurs = (await _store.ReadAsync(3, 0, 10))[0].Id;
        await _store.DeleteAsync(2, [ids[0], ids[2], notOurs]);
        Assert.Equal([2], (await _store.ReadAsync(2, 0, 10)).Select(row => row.Seq));
        Assert.Single(await _store.ReadAsync(3, 0, 10));
    }

    [Fact]
    public async Task What_a_device_has_received_is_deleted_up_to_there()
    {
        await _store.InsertAsync([Row(2, One, 1), Row(2, One, 2), Row(2, One, 3), Row(2, Other, 1), Row(3, One, 1), Row(2, One, 0)]);
        await _store.DeleteUpToAsync(2, One, 2);
        Assert.Equal([(One, 3L), (Other, 1L), (One, 0L)], (await _store.ReadAsync(2, 0, 10)).Select(row => (row.Conversation!.Value, row.Seq)));
        Assert.Single(await _store.ReadAsync(3, 0, 10));
    }

    static OfflineRow Row(int userId, ConversationId id, long seq) => new(userId, id, seq, "c", 1000, "{}"u8.ToArray());
}
