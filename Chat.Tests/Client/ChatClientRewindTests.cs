using System.Text.Json;
using Chat.Protocol;
using ChatActors.Client;
using Xunit;

namespace Chat.Tests.Client;

/// <summary>The server goes on from an older copy of its data: six messages were seen, three are left.</summary>
public sealed class ChatClientRewindTests : ClientScenario
{
    const int Seen = 6;
    const int Left = 3;

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(250)]
    public async Task What_was_sent_meanwhile_is_shown_whatever_numbers_it_has(int count)
    {
        await using var alice = await StartAsync();
        await DisconnectAsync(alice);
        Server.Store.Rewind(AliceAndBob, Left);
        var texts = PostNew(count);
        Server.IsDown = false;

        await alice.WaitForCatchUpAsync(2);
        await AssertShownAsync(alice, texts);
    }

    [Fact]
    public async Task What_is_sent_afterwards_is_shown()
    {
        await using var alice = await StartAsync();
        await DisconnectAsync(alice);
        Server.Store.Rewind(AliceAndBob, Left);
        Server.IsDown = false;
        await alice.WaitForCatchUpAsync(2);

        await AssertShownAsync(alice, PostNew(5));
    }

    [Fact]
    public async Task A_refused_mark_tells_it_before_anything_is_sent()
    {
        await using var alice = await StartAsync();
        await DisconnectAsync(alice);
        Server.Store.Rewind(AliceAndBob, Left);
        Server.IsDown = false;

        Assert.Equal(new ConversationRewound(AliceAndBob, Seen, Left), await alice.Events.FirstAsync<ConversationRewound>());
        await AssertShownAsync(alice, PostNew(2));
    }

    [Fact]
    public async Task An_own_message_gets_such_a_number_too()
    {
        await using var alice = await StartAsync(marks: TimeSpan.FromHours(1));
        await DisconnectAsync(alice);
        Server.Store.Rewind(AliceAndBob, Left);
        Server.IsDown = false;
        await alice.WaitForCatchUpAsync(2);

        Assert.Equal(Left + 1, (await alice.Client.SendToUserAsync(Bob, "mine")).Seq);

        await AssertShownAsync(alice, PostNew(2));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(9)]
    public async Task A_program_that_was_not_running_finds_out(int count)
    {
        ChatClientState state;
        await using (var first = await StartAsync())
            state = JsonSerializer.Deserialize<ChatClientState>(JsonSerializer.Serialize(first.Client.GetState()!))!;
        Server.Store.Rewind(AliceAndBob, Left);
        var texts = PostNew(count);

        await using var alice = await TestClient.LogInAsync(Server.Options() with { State = state }, "alice");

        Assert.Equal(texts, await alice.ReceiveAsync(count));
        Assert.Equal(new ConversationRewound(AliceAndBob, Seen, Left), alice.Events.Items.OfType<ConversationRewound>().Single());
        Assert.Empty(alice.Events.Items.OfType<MessagesMissing>());
    }

    [Fact]
    public async Task Everything_is_gone()
    {
        await using var alice = await StartAsync();
        await DisconnectAsync(alice);
        Server.Store.Rewind(AliceAndBob, 0);
        var texts = PostNew(2);
        Server.IsDown = false;

        Assert.Equal(texts, (await alice.ReceiveAsync(Seen + 2))[Seen..]);
        Assert.Equal(new ConversationRewound(AliceAndBob, Seen, 0), await alice.Events.FirstAsync<ConversationRewound>());
    }

    [Fact]
    public async Task Nothing_is_told_when_nothing_has_happened()
    {
        await using var alice = await StartAsync();
        for (var round = 2; round < 5; round++)
        {
            await DisconnectAsync(alice);
            Server.Post(Bob, AliceAndBob, $"round {round}");
            Server.IsDown = false;
            await alice.WaitForCatchUpAsync(round);
        }

        await alice.ReceiveAsync(Seen + 3);
        Assert.Empty(alice.Events.Items.OfType<ConversationRewound>());
        Assert.Equal(Seen + 3, alice.Texts.Count());
    }

    /// <summary>A client that has seen everything, and has said so.</summary>
    async Task<TestClient> StartAsync(TimeSpan? marks = null)
    {
        for (var i = 1; i <= Seen; i++)
            Server.Post(Bob, AliceAndBob, $"old {i}");
        var alice = await TestClient.LogInAsync(Server.Options() with { MarkInterval = marks ?? Server.Options().MarkInterval }, "alice");
        await alice.WaitForCatchUpAsync();
        await alice.ReceiveAsync(Seen);
        if (marks is null)
            await Server.Requests.FirstAsync<ReceivedRequest>(mark => mark.Seq == Seen);
        return alice;
    }

    async Task DisconnectAsync(TestClient alice)
    {
        var before = alice.Events.Items.OfType<ConnectionLost>().Count();
        Server.IsDown = true;
        Server.DropConnections();
        await alice.Events.TakeAsync<ConnectionLost>(before + 1);
    }

    string[] PostNew(int count)
    {
        var texts = Enumerable.Range(1, count).Select(i => $"new {i}").ToArray();
        foreach (var text in texts)
            Server.Post(Bob, AliceAndBob, text);
        return texts;
    }

    async Task AssertShownAsync(TestClient alice, string[] texts)
    {
        Assert.Equal(texts, (await alice.ReceiveAsync(Seen + texts.Length))[Seen..]);
        Assert.Equal(new ConversationRewound(AliceAndBob, Seen, Left), alice.Events.Items.OfType<ConversationRewound>().Single());
        Assert.Empty(alice.Events.Items.OfType<MessagesMissing>());
        Assert.Equal(Seen + texts.Length, alice.Texts.Count());
    }
}
