using Chat.Node.Storage;
using Chat.Protocol;
using Xunit;

namespace Chat.SystemTests.Storage;

/// <summary>The part of <see cref="EveryStatement"/> about files.</summary>
static class FileStatements
{
    static readonly ConversationId Direct = ConversationId.Direct(20, 21);

    public static async Task RunAsync(IChatDatabase database, TimeProvider clock)
    {
        var store = new FileStore(database, clock);
        var use = new FileUse(Direct, 2, "c1"); // a message that is in the log
        var file = new StoredFile { Id = $"a_{new string('f', 32)}", Owner = use.Sender, Name = "x", Type = "a/b", Size = 1, Sha256 = new byte[32], Until = 5 };
        Assert.Null(await store.AnnounceAsync(file, long.MaxValue / 2));
        Assert.True(await store.StoreAsync(file.Id));
        Assert.False(await store.MayReadAsync((await store.FindAsync(file.Id))!, 21));
        Assert.Single((await store.UseAsync([file.Id], use))!);
        Assert.True(await store.MayReadAsync(file, 21));
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var open = await store.UncheckedAsync(now + 1, 1);
        await store.CheckAsync([.. open.Select(each => (each.Id, each.Use, true)), (file.Id, use, false)], now + 1);
        Assert.Equal(FileState.Doomed, (await store.FindAsync(file.Id))!.Standing);
        Assert.Contains(file.Id, await store.OldAsync(FileState.Doomed, now + 1, 1_000_000));
        await store.DoomAsync([file.Id], FileState.Stored, now);
        await store.ForgetAsync(file.Id);
        Assert.Null(await store.FindAsync(file.Id));
        await database.WriteAsync(async (connection, transaction) =>
        {
            await FileStore.ReleaseAsync(connection, transaction, ConversationId.Group(30), 1, 3, now);
            return 0;
        });
        Assert.Equal("x", await store.FactAsync("y", "x"));
        Assert.True(await store.TakeTurnAsync(now));
    }
}
