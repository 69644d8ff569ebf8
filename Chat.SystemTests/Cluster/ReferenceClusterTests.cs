using Chat.Protocol;
using Chat.SystemTests.EndToEnd;
using ChatActors.Client;
using Xunit;

namespace Chat.SystemTests.Cluster;

/// <summary>What a message refers to goes with it from node to node.</summary>
[Collection(NodeCollection.Name)]
public abstract class ReferenceClusterTests(ClusterFixture fixture)
{
    const int Rounds = 3;

    IReadOnlyList<TestNode> Nodes => fixture.Cluster.Nodes;

    public sealed class OnSqlite(SqliteCluster cluster) : ReferenceClusterTests(cluster), IClassFixture<SqliteCluster>;

    public sealed class OnMariaDb(MariaDbCluster cluster) : ReferenceClusterTests(cluster), IClassFixture<MariaDbCluster>;

    [Fact]
    public async Task The_library_at_one_node_answers_and_mentions_who_is_at_another_one_or_away()
    {
        await using var alice = await LogInNewAsync(Nodes[0].Port);
        await using var bob = await LogInNewAsync(Nodes[1].Port);
        await using var carol = await ModernTestClient.NewAsync(Nodes[2].Port, $"{Guid.NewGuid():N}");
        var events = bob.ReadEventsAsync().GetAsyncEnumerator();
        for (var round = 0; round < Rounds; round++) // a group each, so that their conversations are at different nodes
        {
            var group = ConversationId.Group(await alice.CreateGroupAsync($"{Guid.NewGuid():N}"));
            await alice.AddMembersAsync(group.B, [bob.UserId!.Value, carol.UserId]);
            var root = (await alice.SendAsync(group, "root", MessageReferences.None)).Seq; // the news of its members have numbers, too
            var answer = (await alice.SendAsync(group, "answer", new() { Reply = root, Thread = root, Mentions = [bob.UserId.Value, carol.UserId] })).Seq;
            Assert.Equal("root", (await NextTextAsync(events)).Text);
            var references = (await NextTextAsync(events)).References;
            Assert.Equal((root, root, true, false), (references.Reply, references.Thread, references.IsTo(bob.UserId.Value), references.IsTo(alice.UserId!.Value)));

            var thread = await bob.FetchThreadAsync(group, root);
            Assert.Equal(["root", "answer"], thread.Messages.Select(message => message.Text));
            Assert.Equal(new ThreadSummary(1, answer), thread.Messages[0].Threaded);
            Assert.Equal(["answer"], (await bob.FetchMessagesAsync(group, [answer, answer + 7])).Messages.Select(message => message.Text));
            await alice.EditAsync(group, answer, "carol only", new MessageReferences { Mentions = [carol.UserId] });
            Assert.Equal([carol.UserId], (await NextAsync<MessageChanged>(events)).Mentions.Mentions);
            var settings = await bob.ChangeSettingsAsync(new() { Notify = new Dictionary<ConversationId, NotifyLevel> { [group] = NotifyLevel.Mentions } });
            Assert.Equal(NotifyLevel.Mentions, settings.Notify![group]);
        }
    }

    static async Task<ChatMessage> NextTextAsync(IAsyncEnumerator<ChatEvent> events)
    {
        while (true)
        {
            if ((await NextAsync<MessageReceived>(events)).Message is { System: null } message)
                return message;
        }
    }

    static async Task<ChatClient> LogInNewAsync(int port)
    {
        var client = new ChatClient(new() { Endpoints = [new("127.0.0.1", port)] });
        await client.ConnectAsync();
        var name = $"{Guid.NewGuid():N}";
        await client.RegisterAsync(name, "secret");
        await client.LoginAsync(name, "secret");
        return client;
    }

    static async Task<T> NextAsync<T>(IAsyncEnumerator<ChatEvent> events)
    {
        while (true)
        {
            Assert.True(await events.MoveNextAsync().AsTask().WaitAsync(TestNode.Patience));
            if (events.Current is T wanted)
                return wanted;
        }
    }
}
