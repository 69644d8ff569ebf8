using Chat.Node.Retention;
using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Protocol;
using Chat.Tests.Storage;
using Chat.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Chat.SystemTests.Storage;

/// <summary>Nobody can read what was said in a deleted group: it goes, with its files, and nothing else does.</summary>
public abstract class DeletedGroupTests : StorageTest
{
    const int Alice = 1;
    const int Bob = 2;
    const string FileOfGroup = "a_00000000000000000000000000000001";
    const string FileOfPair = "a_00000000000000000000000000000002";
    static readonly ConversationId Pair = ConversationId.Direct(Alice, Bob);
    static readonly ConversationId Group = ConversationId.Group(1);

    readonly MessageLogStore _log;
    readonly FileStore _files;
    readonly GroupStore _groups;

    private protected DeletedGroupTests(StorageProvider provider)
        : base(provider)
    {
        _log = new MessageLogStore(Database.Chat, Database.Node);
        _files = new FileStore(Database.Chat, Database.Clock);
        _groups = new GroupStore(Database.Chat, writesForLegacy: false, new LegacyTexts(Database.Chat), clock: Database.Clock);
    }

    public sealed class OnSqlite() : DeletedGroupTests(StorageProvider.Sqlite);

    public sealed class OnMariaDb() : DeletedGroupTests(StorageProvider.MySql);

    [Fact]
    public async Task Its_messages_go_a_day_later_with_their_files_and_those_of_others_stay()
    {
        await FillAsync();
        Assert.True((await _groups.DeleteAsync(Group.B, Alice, _ => null)).IsDifferent);
        Database.Clock.Now += KeepRule.OfDeletedGroup;
        await SweepAsync();
        Assert.Equal(0, await FloorAsync(Group)); // not yet: webhooks may still bring them

        Database.Clock.Now += RetentionWalks.Pause;
        await SweepAsync();
        Assert.Equal((4L, 0L), (await FloorAsync(Group), await FloorAsync(Pair)));
        Assert.Equal(3, await Database.ScalarAsync<long>("SELECT COUNT(*) FROM MessageLog WHERE a = 0 AND LENGTH(body) = 10")); // nothing is left of them
        Assert.Equal(FileState.Doomed, (await _files.FindAsync(FileOfGroup))!.Standing);
        Assert.Equal(FileState.Used, (await _files.FindAsync(FileOfPair))!.Standing);
        Assert.All(await _log.ReadAfterAsync(Pair, 0, 10), row => Assert.NotEqual(10, row.Body.Length));
    }

    [Fact]
    public async Task A_group_that_is_there_again_keeps_its_messages()
    {
        await FillAsync();
        await Database.ExecuteAsync("INSERT INTO DeletedGroup (groupid, deleted) VALUES (1, 1)"); // and then a backup of the shared tables was restored
        await SweepAsync();
        Assert.Equal(0, await FloorAsync(Group));
    }

    async Task FillAsync()
    {
        await FilledLog.AddUsersAsync(Database.Chat, 2);
        await new ContactStore(Database.Chat).CreateGroupAsync(Alice, "g", "", [Bob]);
        foreach (var (id, file) in (IReadOnlyList<(ConversationId, string)>)[(Group, FileOfGroup), (Pair, FileOfPair)])
        {
            await _files.AnnounceAsync(
                new StoredFile { Id = file, Owner = Alice, Name = "x", Type = "a/b", Size = 1, Sha256 = new byte[32], Until = long.MaxValue / 2 }, long.MaxValue / 2);
            await _files.StoreAsync(file);
            await _files.UseAsync([file], new FileUse(id, Alice, "c3"));
            var references = new MessageReferences { Attachments = [new MessageAttachment(file) { Name = "x", Type = "a/b", Size = 1 }] }.ToBytes();
            for (var seq = 1; seq <= 3; seq++)
            {
                var row = new LogRow(id, seq, Alice, $"c{seq}", Database.Clock.Milliseconds, "{\"msg\":\"something\"}"u8.ToArray()) { References = seq == 3 ? references : default(ReadOnlyMemory<byte>) };
                Assert.Equal(AppendStatus.Written, Assert.Single(await _log.AppendAsync([row])).Status);
            }
        }
    }

    Task SweepAsync() => new RetentionSweeper(
        new RetentionWalks(Database.Chat, Database.Node), new RetentionStore(Database.Chat, new WebhookOutbox(Database.Chat, Database.Clock), Database.Clock), Leases.Endless(), 0,
        Database.Clock, new AuditStore(Database.Chat), Database.Node, NullLogger<RetentionSweeper>.Instance).SweepAsync(() => ValueTask.FromResult(true));

    Task<long> FloorAsync(ConversationId id) => Database.ScalarAsync<long>("SELECT COALESCE(MAX(floor), 0) FROM ConversationFloor WHERE a = @A AND b = @B", new { id.A, id.B });
}
