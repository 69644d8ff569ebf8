using Chat.Client.Terminal;
using Chat.Protocol;
using ChatActors.Client;
using Xunit;

namespace Chat.Tests.Client;

/// <summary>Messages that refer to others, as the library sends and shows them.</summary>
public sealed class ChatClientReferenceTests : ClientScenario
{
    [Fact]
    public async Task A_server_that_knows_nothing_of_replies_gets_no_keys_that_mean_nothing()
    {
        await using var alice = await TestClient.LogInAsync(Server.Options(), "alice");
        var refused = await Assert.ThrowsAsync<ChatException>(() => alice.Client.SendAsync(AliceAndBob, "x", new MessageReferences { Reply = 1 }));
        Assert.Equal(ErrorCode.UnknownRequest, refused.Code);
        Assert.Equal(1, (await alice.Client.SendAsync(AliceAndBob, "plain", MessageReferences.None)).Seq); // and nothing waits behind it
        Assert.Equal(ErrorCode.UnknownRequest, (await Assert.ThrowsAsync<ChatException>(() => alice.Client.FetchThreadAsync(AliceAndBob, 1))).Code);
        Assert.Equal(ErrorCode.UnknownRequest, (await Assert.ThrowsAsync<ChatException>(() => alice.Client.FetchMessagesAsync(AliceAndBob, [1]))).Code);
    }

    [Fact]
    public void An_edit_says_who_is_mentioned_and_a_recall_that_nobody_is()
    {
        var message = new ChatMessage(AliceAndBob, 4, Alice, "alice", "@bob") { References = new() { Reply = 2, Thread = 1, Mentions = [Bob] } };
        Assert.Equal("re #2 ", ChangeText.InFront(message));
        var reacted = message.With(new MessageChanged(AliceAndBob, 4, 1) { Reactions = new Dictionary<string, int> { ["👍"] = 1 } }, Bob);
        Assert.Equal([Bob], reacted.References.Mentions);
        var edited = message.With(new MessageChanged(AliceAndBob, 4, 1) { Text = "all", Mentions = new() { MentionsAll = true } }, Bob);
        Assert.Equal((2L, true, 0), (edited.References.Reply, edited.References.MentionsAll, edited.References.Mentions.Count));
        var recalled = message.With(new MessageChanged(AliceAndBob, 4, 1) { Recalled = new Recalled(Alice, 5) }, Bob);
        Assert.Equal((2L, 1L, false), (recalled.References.Reply, recalled.References.Thread, recalled.References.HasMentions));
    }
}
