using Chat.Node.Faults;
using Chat.Node.Retention;
using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Protocol;
using Chat.Tests.Storage;
using Chat.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Chat.SystemTests.Storage;

/// <summary>What is kept long enough is gone, with all that was kept of it, and nothing else is.</summary>
public abstract class RetentionTests : StorageTest
{
    const int Alice = 1;
    const int Bob = 2;
    const int Carol = 3;
    const long Old = 230;
    const int MessageOfFile = 3;
    const long Last = 300;
    const string File = "a_00000000000000000000000000000001";
    static readonly ConversationId Pair = ConversationId.Direct(Alice, Bob);
    static readonly ConversationId Group = ConversationId.Group(1);
    static readonly Func<ValueTask<bool>> NoRest = () => ValueTask.FromResult(true);

    readonly MessageLogStore _log;
    readonly WebhookOutbox _outbox;
    readonly RetentionStore _store;
    readonly MessageChangeStore _changes;

    private protected RetentionTests(StorageProvider provider)
        : base(provider)
    {
        _log = new MessageLogStore(Database.Chat, Database.Node);
        _outbox = new WebhookOutbox(Database.Chat, Database.Clock);
        _store = new RetentionStore(Database.Chat, _outbox, Database.Clock);
        _changes = new MessageChangeStore(
            Database.Chat, Leases.Endless(), new CrashPoints(null), webhooks: new WebhookChanges(Database.Chat, _outbox));
    }

    public sealed class OnSqlite() : RetentionTests(StorageProvider.Sqlite);

    public sealed class OnMariaDb() : RetentionTests(StorageProvider.MySql);

    [Fact]
    public async Task What_is_old_is_gone_with_all_that_was_kept_of_it_and_nothing_else_is()
    {
        await FillAsync();
        await SweepAsync(days: 30);
        await AssertGoneAsync();
    }

    [Fact]
    public async Task A_node_that_dies_at_any_step_leaves_nothing_that_another_one_does_not_finish()
    {
        await FillAsync();
        var deaths = 0;
        while (await DiesAsync(afterSteps: deaths))
        {
            deaths++;
            await AssertConsistentAsync();
            await Database.ExecuteAsync("UPDATE RetentionWalk SET held_until = 0, a = 0, b = 0"); // another start, in the next walk
        }

        Assert.InRange(deaths, 3, int.MaxValue);
        await AssertGoneAsync();
    }

    /// <summary>False: there was nothing left to die at.</summary>
    async Task<bool> DiesAsync(int afterSteps)
    {
        var left = afterSteps;
        try
        {
            await SweepAsync(days: 30, incarnation: 2000 + afterSteps, () => left-- > 0 ? ValueTask.FromResult(true) : throw new OperationCanceledException());
            return false;
        }
        catch (OperationCanceledException)
        {
            return true;
        }
    }

    [Fact]
    public async Task Numbers_revs_and_cmids_go_on_when_everything_is_gone_and_rows_are_deleted_later()
    {
        await FillAsync();
        Database.Clock.Now += TimeSpan.FromDays(31);
        await SweepAsync(days: 30);
        Assert.Empty(await _log.ReadAfterAsync(Pair, 0, 10));
        var row = (await _log.ConversationsOfAsync(Bob)).Single(each => each.Conversation == Pair);
        Assert.Equal((Last, Last, 0L), (row.Head, row.RemovedTo, row.UnreadOf(Bob)));
        Assert.Equal(new AppendOutcome(AppendStatus.Duplicate, 7, TimeOf(7)), Assert.Single(await _log.AppendAsync([Row(Last + 1, "c7")])));
        Assert.Equal(2, await _changes.NewestRevAsync(Pair));

        Database.Clock.Now += KeepRule.EmptiedStay;
        await SweepAsync(days: 30);
        Assert.Equal([Last], await NumbersAsync());
        Assert.Equal(Last, (await _log.HeadsAsync([Pair]))[Pair].Seq);
        Assert.Equal(2, await _changes.NewestRevAsync(Pair));
        Assert.Equal(AppendStatus.Conflict, Assert.Single(await _log.AppendAsync([Row(Last, "new")])).Status);
        Assert.Equal(AppendStatus.Written, Assert.Single(await _log.AppendAsync([Row(Last + 1, "new")])).Status);
        Assert.Equal(Last + 1, Assert.Single(await _log.ReadAfterAsync(Pair, 0, 10)).Seq);
        Assert.Equal(1, (await _log.ConversationsOfAsync(Bob)).Single(each => each.Conversation == Pair).UnreadOf(Bob));
    }

    [Fact]
    public async Task The_shorter_of_two_counts_holds_and_without_any_everything_stays()
    {
        await FillAsync();
        await AddGroupMessagesAsync();
        await SweepAsync(days: 0);
        Assert.Equal(0, await Database.ScalarAsync<long>("SELECT COUNT(*) FROM ConversationFloor"));

        await SetKeepDaysAsync(39); // the messages are 40 days old and less
        Database.Clock.Now += RetentionWalks.Pause;
        await SweepAsync(days: 0);
        Assert.Equal((11L, 0L), (await FloorAsync(Group), await FloorAsync(Pair)));

        await SetKeepDaysAsync(1000);
        Database.Clock.Now += RetentionWalks.Pause;
        await SweepAsync(days: 30);
        Assert.Equal((21L, Old + 1), (await FloorAsync(Group), await FloorAsync(Pair)));
        var noted = await new AuditStore(Database.Chat).ListAsync(long.MaxValue, "retention", 10);
        Assert.Equal([("retain", "retention", "2 conversations"), ("retain", "retention", "1 conversations")], noted.Select(entry => (entry.Operation, entry.KeyName, entry.Detail)));
        Assert.Equal((null, 5.0, 7.0, 5.0), (KeepRule.Length(0, 0)?.TotalDays, KeepRule.Length(5, 0)?.TotalDays, KeepRule.Length(0, 7)?.TotalDays, KeepRule.Length(7, 5)?.TotalDays));
    }

    [Fact]
    public async Task Endpoints_that_lack_something_are_told_of_the_gap_once_and_others_are_not()
    {
        await FillAsync();
        var store = new WebhookStore(Database.Chat, Database.Clock);
        var endpoints = new List<long>();
        for (var i = 0; i < 3; i++)
            endpoints.Add((await store.AddAsync($"http://example.com/{i}", [new byte[32]], i == 2 ? ["user.created"] : [], isBatch: false))!.Id);
        await Database.ExecuteAsync("UPDATE WebhookEndpoint SET created = 0");
        var marks = new WebhookMarks(Database.Chat, _outbox, Database.Clock);
        await marks.MarkAsync([(Pair, 11)]);
        await marks.StoreAsync([new WebhookCursor(endpoints[0], Pair, 100), new WebhookCursor(endpoints[1], Pair, Old)]);
        await SweepAsync(days: 30);
        string[] first = [$$"""{"endpoint":{{endpoints[0]}},"conversation":"d:1:2","from":101,"to":230,"reason":"retention"}"""];
        Assert.Equal(first, await GapsAsync(revs: false));
        // Nobody has been told of the changes yet: the first mark said so.
        Assert.Equal(
            [.. endpoints.Take(2).Select(id => $$"""{"endpoint":{{id}},"conversation":"d:1:2","fromRev":1,"toRev":2,"reason":"retention"}""")], await GapsAsync(revs: true));

        Database.Clock.Now += TimeSpan.FromDays(1);
        await SweepAsync(days: 30);
        Assert.Equal(first, await GapsAsync(revs: false)); // nothing more was taken away
        Database.Clock.Now += TimeSpan.FromDays(40);
        await SweepAsync(days: 30);
        Assert.Equal(
            [.. first, .. endpoints.Take(2).Select(id => $$"""{"endpoint":{{id}},"conversation":"d:1:2","from":231,"to":300,"reason":"retention"}""")], await GapsAsync(revs: false));
    }

    [Fact]
    public async Task What_was_gone_while_a_change_was_judged_is_not_written_again()
    {
        await FillAsync();
        var basis = await _changes.ReadBasisAsync(Pair, [8, Last], [Alice]);
        Assert.Equal(2, basis.Messages.Count);
        await SweepAsync(days: 30);
        var message = basis.Messages[8];
        (message.Rev, message.Edited, message.Changed, message.Body) = (3, 1, 1, "{}"u8.ToArray());
        Assert.False(await _changes.WriteAsync(new ChangeSet(Pair, basis.Rev, 1, [message], new HashSet<long> { 8 }, [])));
        Assert.Equal([Last], (await _changes.ReadBasisAsync(Pair, [8, Last], [Alice])).Messages.Keys);
    }

    [Fact]
    public async Task Two_nodes_take_turns_and_the_next_walk_waits()
    {
        await FillAsync();
        var (here, there) = (new RetentionWalks(Database.Chat, Database.Node), new RetentionWalks(Database.Chat, new NodeIdentity("there:4053", 2002)));
        var now = Database.Clock.Milliseconds;
        Assert.Single((await here.NextAsync(now))!);
        Assert.Null(await there.NextAsync(now + 1));
        Assert.Empty((await here.NextAsync(now + 1))!);
        Assert.Null(await here.NextAsync(now + 2));
        Assert.Single((await there.NextAsync(now + 1 + (long)RetentionWalks.Pause.TotalMilliseconds))!);
    }

    /// <summary>300 messages of Alice to Bob: 230 of them are 40 days old, the others of today.</summary>
    async Task FillAsync()
    {
        await FilledLog.AddUsersAsync(Database.Chat, 3);
        foreach (var part in Enumerable.Range(1, (int)Last).Select(seq => Row(seq)).Chunk(100))
            Assert.All(await _log.AppendAsync(part), outcome => Assert.Equal(AppendStatus.Written, outcome.Status));
        var files = new FileStore(Database.Chat, Database.Clock);
        await files.AnnounceAsync(new StoredFile { Id = File, Owner = Alice, Name = "x", Type = "a/b", Size = 1, Sha256 = new byte[32], Until = long.MaxValue / 2 }, long.MaxValue / 2);
        await files.StoreAsync(File);
        await files.UseAsync([File], new FileUse(Pair, Alice, $"c{MessageOfFile}"));
        var search = new SearchStore(Database.Chat);
        var standing = Assert.Single(await search.StandingsAsync([Pair]));
        var rows = await search.RowsBehindAsync([standing]);
        await search.WriteAsync([new SearchStep(standing, rows.Count, 0, [.. rows.Select(row => (row, "xwword"))])]);
        await ChangeAsync(1, 5, edited: 1);
        await ChangeAsync(2, 7, edited: 0);
        await new OfflineStore(Database.Chat, Database.Clock, NullLogger<OfflineStore>.Instance).InsertAsync(
            [.. new[] { 6, Old, Old + 1 }.Select(seq => new OfflineRow(Bob, Pair, seq, $"c{seq}", TimeOf(seq), Row(seq).Body))]);
    }

    async Task ChangeAsync(long rev, long seq, long edited)
    {
        var message = (await _changes.ReadBasisAsync(Pair, [seq], [Bob])).Messages[seq];
        (message.Rev, message.Changed, message.Edited) = (rev, 1, edited);
        Assert.True(await _changes.WriteAsync(new ChangeSet(Pair, rev - 1, 1, [message], new HashSet<long> { seq }, [new ReactionWrite(seq, Bob, "👍", IsThere: true)])));
    }

    async Task AddGroupMessagesAsync()
    {
        await new ContactStore(Database.Chat).CreateGroupAsync(Alice, "g", "", [Carol]);
        for (var seq = 1; seq <= 30; seq++)
            await _log.AppendAsync([new LogRow(Group, seq, Alice, $"g{seq}", DaysAgo(seq <= 10 ? 40 : seq <= 20 ? 35 : 0), "{}"u8.ToArray())]);
    }

    async Task SetKeepDaysAsync(int days)
    {
        var texts = new LegacyTexts(Database.Chat);
        var groups = new GroupStore(Database.Chat, writesForLegacy: false, texts, outbox: new SystemOutbox(Database.Chat, Database.Clock, new UserDirectory(Database.Chat, texts)));
        await groups.ChangeAsync(new ChangeGroupRequest(Group.B) { KeepDays = days }, Alice, _ => null);
    }

    Task SweepAsync(int days, long incarnation = 1001, Func<ValueTask<bool>>? rest = null) => new RetentionSweeper(
        new RetentionWalks(Database.Chat, new NodeIdentity("here:4053", incarnation)), _store, Leases.Endless(), days, Database.Clock,
        new AuditStore(Database.Chat), new NodeIdentity("here:4053", incarnation), NullLogger<RetentionSweeper>.Instance)
        .SweepAsync(rest ?? NoRest);

    async Task AssertGoneAsync()
    {
        Assert.Equal(Old + 1, await FloorAsync(Pair));
        Assert.Equal(Last - Old, (await _log.ReadAfterAsync(Pair, 0, 1000)).Count);
        Assert.Equal([Old + 1], (await _log.ReadAtAsync([(Pair, 3), (Pair, Old), (Pair, Old + 1)])).Keys.Select(key => key.Seq));
        Assert.Equal(Old, await Database.ScalarAsync<long>("SELECT COUNT(*) FROM MessageLog WHERE LENGTH(body) < 20"));
        Assert.Equal(0, await CountAsync("MessageReference"));
        Assert.Equal(0, await CountAsync("Mention"));
        Assert.Equal(0, await CountAsync("Reaction"));
        Assert.Equal(0, await CountAsync("AttachmentUse"));
        Assert.Equal(0, await CountAsync("WebhookChange"));
        Assert.Equal(1, await CountAsync("MessageState")); // the newest rev
        Assert.Equal(0, await CountAsync("MessageState WHERE edited > 0"));
        Assert.Equal(2, await _changes.NewestRevAsync(Pair));
        Assert.Equal(FileState.Doomed, (await new FileStore(Database.Chat, Database.Clock).FindAsync(File))!.Standing);
        Assert.Equal(1, await CountAsync("OfflineMessage"));
        Assert.Empty(await new SearchStore(Database.Chat).FindAsync(["xwword"], ["xwword"], SearchPlace.First, 10));
        Assert.Equal(Old, Assert.Single(await new SearchStore(Database.Chat).StandingsAsync([Pair])).Seq);
        Assert.Null(await new ReceiptStore(Database.Chat).CountAsync(Pair, Old));
        Assert.NotNull(await new ReceiptStore(Database.Chat).CountAsync(Pair, Old + 1));
        Assert.Equal(Old, await new ConversationViews(Database.Chat, Database.Clock).HiddenToAsync(Bob, Pair));
        var row = (await _log.ConversationsOfAsync(Bob)).Single(each => each.Conversation == Pair);
        Assert.Equal((Last, Old + 1, Last - Old), (row.Head, row.Floor, row.UnreadOf(Bob)));
        Assert.Equal(Last - Old, (await new PushStore(Database.Chat, _outbox).UnreadAsync([Bob])).Of(Bob));
    }

    /// <summary>Whatever was done: what is shown is whole, and a queue gives nothing that is gone.</summary>
    async Task AssertConsistentAsync()
    {
        var floor = Math.Max(1, await FloorAsync(Pair));
        Assert.All(await _log.ReadAfterAsync(Pair, 0, 1000), row => Assert.True(row.Seq >= floor && row.Body.Length > 20));
        var files = new FileStore(Database.Chat, Database.Clock);
        Assert.Equal(floor <= MessageOfFile, await files.MayReadAsync((await files.FindAsync(File))!, Bob)); // from the same moment on as the message
        Assert.All(
            await new OfflineStore(Database.Chat, Database.Clock, NullLogger<OfflineStore>.Instance).ReadAsync(Bob, 0, 100), queued => Assert.True(queued.Seq >= floor));
    }

    async Task<List<string>> GapsAsync(bool revs) =>
        [.. (await _outbox.ReadAfterAsync(0, 100)).Where(each => each.Type == WebhookTypes.Gap && each.Data.Contains("Rev", StringComparison.Ordinal) == revs).Select(each => each.Data)];

    Task<long> CountAsync(string table) => Database.ScalarAsync<long>($"SELECT COUNT(*) FROM {table}");

    async Task<List<long>> NumbersAsync() => await Database.Chat.ReadAsync(async connection =>
        (await Dapper.SqlMapper.QueryAsync<long>(connection, "SELECT seq FROM MessageLog ORDER BY seq")).ToList());

    Task<long> FloorAsync(ConversationId id) => Database.ScalarAsync<long>("SELECT COALESCE(MAX(floor), 0) FROM ConversationFloor WHERE a = @A AND b = @B", new { id.A, id.B });

    LogRow Row(long seq, string? cmid = null) => new(Pair, seq, Alice, cmid ?? $"c{seq}", TimeOf(seq), "{\"id\":1,\"msg\":\"something that was said\",\"msgid\":6,\"name\":\"one\",\"toid\":2}"u8.ToArray())
    {
        References = seq == 3
            ? new MessageReferences { Mentions = [Bob], Attachments = [new MessageAttachment(File) { Name = "x", Type = "a/b", Size = 1 }] }.ToBytes()
            : default(ReadOnlyMemory<byte>),
    };

    /// <summary>As it was when the test began.</summary>
    long TimeOf(long seq) => (_began - TimeSpan.FromDays(seq <= Old ? 40 : 0)).ToUnixTimeMilliseconds() + seq;

    readonly DateTimeOffset _began = new ManualClock().Now;

    long DaysAgo(int days) => (_began - TimeSpan.FromDays(days)).ToUnixTimeMilliseconds();
}
