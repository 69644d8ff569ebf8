using Akka.Actor;
using Akka.TestKit;
using Chat.Node.Contracts;
using Chat.Node.Watching;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Actors;

/// <summary>Who has read a group, as the sessions hear of it that watch it.</summary>
public sealed class GroupReadHubTests : PresenceHubTest
{
    [Fact]
    public async Task Members_who_watch_are_told_on_every_node_and_nobody_else_is()
    {
        var team = ConversationId.Group((await ContactStore.CreateGroupAsync(Alice, "team", "", [Bob]))!.Value);
        var (one, two) = (Start("one"), Start("two"));
        Connect(one, two);
        var (alice, bob, carol) = (NewProbe(), NewProbe(), NewProbe());
        await two.WatchAsync(alice, Alice, [], team);
        await two.WatchAsync(carol, Carol, [], team); // a member no more
        await one.WatchAsync(bob, Bob, [], team);
        one.Ref.Tell(new GroupRead(team, Bob, 41));
        Clock.Advance(TimeSpan.FromMilliseconds(GroupReadTable.IntervalMilliseconds));
        await ToldAsync(alice, (Bob, 41));
        one.Ref.Tell(new GroupRead(team, Bob, 42));
        one.Ref.Tell(new GroupRead(team, Alice, 40));
        Clock.Advance(TimeSpan.FromMilliseconds(GroupReadTable.IntervalMilliseconds));
        await ToldAsync(alice, (Alice, 40), (Bob, 42));
        await ToldAsync(bob, (Alice, 40));
        Assert.Empty((await two.WatchAsync(carol, Carol, [])).Presence); // what came before would stand in front of this
    }

    /// <summary>In one push or in several.</summary>
    static async Task ToldAsync(TestProbe session, params (int UserId, long Read)[] expected)
    {
        var told = new Dictionary<int, long>();
        while (!expected.All(each => told.TryGetValue(each.UserId, out var read) && read == each.Read))
        {
            foreach (var (userId, read) in await NextAsync(session, json => GroupReceiptPush.Find(json)!.Readers))
                told[userId] = read;
        }
    }
}
