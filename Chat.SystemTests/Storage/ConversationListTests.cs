using System.Text.Json;
using Chat.Node.Faults;
using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Node.Telemetry;
using Chat.Protocol;
using Chat.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Chat.SystemTests.Storage;

public abstract class ConversationListTests : StorageTest
{
    const int Me = 1;
    static readonly ConversationId Pair = ConversationId.Direct(Me, 2);
    static readonly ConversationId Own = ConversationId.Direct(Me, Me);
    static readonly ConversationId Group = ConversationId.Group(1);

    readonly MessageLogStore _log;
    readonly ConversationListStore _list;

    private protected ConversationListTests(StorageProvider provider)
        : base(provider)
    {
        _log = new MessageLogStore(Database.Chat, new NodeIdentity("here:4053", 5_000));
        _list = new ConversationListStore(Database.Chat);
    }

    public sealed class OnSqlite() : ConversationListTests(StorageProvider.Sqlite);

    public sealed class OnMariaDb() : ConversationListTests(StorageProvider.MySql);

    [Fact]
    public async Task A_page_has_the_last_messages_as_they_are_now_with_marks_and_drafts()
    {
        var accounts = new Accounts(Database.Chat);
        await accounts.RegisterAsync("one", "");
        await accounts.RegisterAsync("two", "");
        await new ContactStore(Database.Chat).CreateGroupAsync(Me, "g", "", [2]);
        await _log.AppendAsync([Row(Pair, 1, "first"), Row(Pair, 2, "last"), Row(Own, 1, "note"), Row(Group, 1, "gone")]);
        var marks = new DeliveryMarks(Database.Chat, Database.Clock, NullLogger<DeliveryMarks>.Instance);
        await marks.RaiseAsync([new DeliveryMark(2, Pair, 0, 2, 1), new DeliveryMark(2, Group, 0, 1, 1)]);
        await Database.ExecuteAsync($"INSERT INTO Draft (userid, a, b, draft) VALUES ({Me}, 1, 2, 'a dräft'), (2, 0, 1, 'of somebody else')");
        await ChangeAsync();

        var listed = await _list.ReadAsync(Me, await _log.ConversationsOfAsync(Me));

        Assert.Equal([Group, Own, Pair], listed.Keys.Order());
        var pair = Json(listed[Pair]);
        Assert.Equal(("edited", 2, 9, "c2"), (pair.GetProperty("msg").GetString(), pair.GetProperty("seq").GetInt32(), pair.GetProperty("edited").GetInt64(), pair.GetProperty("cmid").GetString()));
        Assert.Equal(2, pair.GetProperty("reactions").GetProperty("👍").GetInt32());
        Assert.Equal(["👍"], pair.GetProperty("mine").EnumerateArray().Select(mine => mine.GetString()));
        Assert.Equal((new ReceiptMark(2, 1), "a dräft"), (listed[Pair].Peer, listed[Pair].Draft));
        var group = Json(listed[Group]);
        Assert.Equal(2, group.GetProperty("recalled").GetProperty("by").GetInt32());
        Assert.False(group.TryGetProperty("edited", out _));
        Assert.Equal((default, null), (listed[Group].Peer, listed[Group].Draft));
        Assert.False(Json(listed[Own]).TryGetProperty("rev", out _));
        Assert.Empty(await _list.ReadAsync(Me, []));
    }

    [Fact]
    public async Task What_a_user_does_about_a_conversation_is_kept_and_is_nobody_elses()
    {
        var views = new ConversationViews(Database.Chat, Database.Clock);
        var all = new ChangeConversationRequest(Pair) { Archive = true, MarkUnread = true, ClearTo = 7, Draft = "a dräft" };
        Assert.Equal(new ConversationView(7, ConversationFlags.Archived | ConversationFlags.MarkedUnread, "a dräft"), await views.ChangeAsync(Me, all));
        Assert.Equal(new ConversationView(7, ConversationFlags.Archived | ConversationFlags.MarkedUnread, "a dräft"), await views.ChangeAsync(Me, all));
        Assert.Equal(new ConversationView(7, ConversationFlags.MarkedUnread, "a dräft"), await views.ChangeAsync(Me, new(Pair) { Archive = false, ClearTo = 5 }));
        Assert.Equal(new ConversationView(9, ConversationFlags.MarkedUnread, null), await views.ChangeAsync(Me, new(Pair) { ClearTo = 9, Draft = "" }));
        Assert.Equal(new ConversationView(0, ConversationFlags.None, "x"), await views.ChangeAsync(2, new(Pair) { Draft = "x" }));
        Assert.Equal((9L, 0L, 0L), (await views.HiddenToAsync(Me, Pair), await views.HiddenToAsync(2, Pair), await views.HiddenToAsync(Me, Group)));
    }

    [Fact]
    public async Task Clearing_is_a_change_that_other_devices_hear_of_and_the_rest_is_none()
    {
        var views = new ConversationViews(Database.Chat, Database.Clock);
        await views.ChangeAsync(Me, new(Pair) { Archive = true, Draft = "x" });
        Assert.Equal(0, await UpdatedAsync());
        await views.ChangeAsync(Me, new(Pair) { ClearTo = 7 });
        var cleared = await UpdatedAsync();
        Assert.Equal(Database.Clock.Milliseconds, cleared);
        Database.Clock.Now += TimeSpan.FromSeconds(1);
        await views.ChangeAsync(Me, new(Pair) { ClearTo = 7, Archive = false });
        Assert.Equal(cleared, await UpdatedAsync());
    }

    [Fact]
    public async Task Reading_takes_the_mark_back_and_receiving_does_not()
    {
        var accounts = new Accounts(Database.Chat);
        await accounts.RegisterAsync("one", "");
        await accounts.RegisterAsync("two", "");
        await FilledLog.AppendAsync(Database.Chat, Pair, 3);
        var marks = new DeliveryMarks(Database.Chat, Database.Clock, NullLogger<DeliveryMarks>.Instance);
        var views = new ConversationViews(Database.Chat, Database.Clock);
        await marks.RaiseAsync([new DeliveryMark(Me, Pair, 0, 0, 3)]);
        await views.ChangeAsync(Me, new(Pair) { Archive = true, MarkUnread = true });
        await marks.RaiseAsync([new DeliveryMark(Me, Pair, 0, 3, 0)]);
        Assert.Equal(3, await FlagsAsync());
        await marks.RaiseAsync([new DeliveryMark(Me, Pair, 0, 0, 3)]); // what was read before already
        Assert.Equal(1, await FlagsAsync());
    }

    [Fact]
    public async Task What_was_cleared_above_the_head_hides_nothing_that_is_said_after_a_restored_backup()
    {
        var accounts = new Accounts(Database.Chat);
        await accounts.RegisterAsync("one", "");
        await accounts.RegisterAsync("two", "");
        await FilledLog.AppendAsync(Database.Chat, Pair, 3);
        var views = new ConversationViews(Database.Chat, Database.Clock);
        await views.ChangeAsync(Me, new(Pair) { ClearTo = 9 });
        await new DeliveryMarks(Database.Chat, Database.Clock, NullLogger<DeliveryMarks>.Instance).PutRightAsync([new LogEnd(Pair, 3, 3)]);
        Assert.Equal(3, await views.HiddenToAsync(Me, Pair));
    }

    Task<long> FlagsAsync() => Database.ScalarAsync<long>($"SELECT flags FROM DeliveryMark WHERE userid = {Me}");

    Task<long> UpdatedAsync() => Database.ScalarAsync<long>($"SELECT updated FROM DeliveryMark WHERE userid = {Me}");

    async Task ChangeAsync()
    {
        var lease = new NodeLease(Database.Clock);
        lease.Renew(Database.Clock.SteadyMilliseconds());
        var changes = new MessageChangeStore(Database.Chat, lease, new CrashPoints(null));
        var edited = (await changes.ReadBasisAsync(Pair, [2], [Me])).Messages[2];
        (edited.Rev, edited.Edited, edited.Changed, edited.Body) = (1, 9, 9, Body("edited"));
        Assert.True(await changes.WriteAsync(new ChangeSet(
            Pair, 0, 9, [edited], new HashSet<long> { 2 }, [new ReactionWrite(2, Me, "👍", IsThere: true), new ReactionWrite(2, 2, "👍", IsThere: true)])));
        var recalled = (await changes.ReadBasisAsync(Group, [1], [2])).Messages[1];
        (recalled.Rev, recalled.Edited, recalled.RecalledBy, recalled.Recalled, recalled.Changed, recalled.Body) = (1, 5, 2, 9, 9, Body(""));
        Assert.True(await changes.WriteAsync(new ChangeSet(Group, 0, 9, [recalled], new HashSet<long> { 1 }, [])));
    }

    static JsonElement Json(ConversationListRow listed) => JsonDocument.Parse(listed.Last).RootElement;

    static LogRow Row(ConversationId id, long seq, string text) => new(id, seq, 2, $"c{seq}", 1000 + seq, Body(text));

    static byte[] Body(string text) => System.Text.Encoding.UTF8.GetBytes($$"""{"id":2,"msg":"{{text}}","msgid":6,"name":"two","time":"2026-01-02 03:04:05","toid":1}""");
}
