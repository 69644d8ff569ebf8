using Chat.Node.Storage;
using Chat.Protocol;
using Chat.Tests.Support;
using Xunit;

namespace Chat.SystemTests.Storage;

/// <summary>The part of <see cref="EveryStatement"/> about the search.</summary>
static class SearchStatements
{
    static readonly ConversationId Group = ConversationId.Group(30);

    public static async Task RunAsync(IChatDatabase database, NodeIdentity node, ManualClock clock)
    {
        var store = new SearchStore(database);
        var ids = Enumerable.Range(30, 16).Select(ConversationId.Group).ToList();
        var standings = await store.StandingsAsync(ids);
        Assert.Equal(ids.Count, standings.Count);
        var group = Assert.Single(standings, standing => standing.Conversation == Group);
        var rows = await store.RowsBehindAsync(standings);
        Assert.Equal(SearchStore.RowsAtOnce, rows.Count(row => row.Row.Conversation == Group));
        Assert.NotEmpty(await store.ChangedAsync(group));
        await store.WriteAsync([new SearchStep(group, group.Head, group.NewestRev, [(rows.First(row => row.Row.Conversation == Group), "xwword xg0000001e")])]);
        Assert.False(Assert.Single(await store.StandingsAsync([Group])).IsBehind);
        Assert.Single(await store.FindAsync(["xwword"], ["xg0000001e", "xu00000014"], SearchPlace.First, 200));
        Assert.Single(await store.FindAsync(["xwwo*"], ["xg0000001e"], SearchPlace.First, 200));
        Assert.NotEmpty(await store.GroupsOfAsync(20));
        Assert.NotNull(await store.HiddenAsync(20));
        var walks = new SearchWalks(database, node);
        Assert.Equal(0, await walks.FinishedAsync());
        Assert.NotEmpty((await walks.NextAsync(clock.GetUtcNow().ToUnixTimeMilliseconds()))!);
        Assert.NotEmpty((await walks.NextAsync(clock.GetUtcNow().ToUnixTimeMilliseconds()))!);
    }
}
