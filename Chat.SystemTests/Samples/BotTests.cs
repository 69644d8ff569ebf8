using System.Globalization;
using Chat.SystemTests.EndToEnd;
using Chat.Tests.Client;
using Chat.Tests.Support;
using ChatActors.Client;
using Xunit;

namespace Chat.SystemTests.Samples;

/// <summary>The bot of <c>samples/Bot</c>, and a node that dies.</summary>
[Collection(NodeCollection.Name)]
public sealed class BotTests : IDisposable
{
    readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task It_answers_before_and_after_its_node_was_killed()
    {
        var node = await NodeProcess.StartAsync(_folder);
        await using var bot = StartBot(node);
        var id = await IdOfAsync(bot);
        await using var alice = await LogInAsync(node);
        await alice.Client.SendToUserAsync(id, "hi");
        Assert.Equal(["You said: hi"], await alice.ReceiveAsync(1));

        await node.KillAsync();
        await node.DisposeAsync();
        var asking = alice.Client.SendToUserAsync(id, "still there?");
        await using var again = await StartAgainAsync(node);
        await asking.WaitAsync(TestNode.Patience * 3);
        Assert.Equal(["You said: hi", "You said: still there?"], await alice.ReceiveAsync(2));
        Assert.False(bot.HasExited);
    }

    [Fact]
    public async Task It_answers_what_came_while_it_was_not_there()
    {
        await using var node = await NodeProcess.StartAsync(_folder);
        await using var alice = await LogInAsync(node);
        int id;
        await using (var first = StartBot(node))
            id = await IdOfAsync(first);
        await alice.Client.SendToUserAsync(id, "one");
        await alice.Client.SendToUserAsync(id, "two");
        await using var second = StartBot(node);
        Assert.Equal(["You said: one", "You said: two"], await alice.ReceiveAsync(2));
        Assert.Equal(id, await IdOfAsync(second));
    }

    [Fact]
    public async Task A_message_that_is_too_long_to_be_repeated_does_not_end_it()
    {
        await using var node = await NodeProcess.StartAsync(_folder);
        await using var bot = StartBot(node);
        var id = await IdOfAsync(bot);
        await using var alice = await LogInAsync(node);
        await alice.Client.SendToUserAsync(id, new string('x', 16_384));
        await bot.PrintsAsync("no answer to ");
        await alice.Client.SendToUserAsync(id, "short");
        Assert.Equal(["You said: short"], await alice.ReceiveAsync(1));
    }

    [Fact]
    public void It_is_a_short_program() => Assert.InRange(File.ReadLines(Path.Combine(Repository.Root, "samples", "Bot", "Program.cs")).Count(), 20, 50);

    static Sample StartBot(NodeProcess node) =>
        Sample.Start("Bot", new() { ["CHAT_URL"] = $"ws://127.0.0.1:{node.WebPort}/ws", ["CHAT_NAME"] = "bot", ["CHAT_PASSWORD"] = "of the bot" });

    static async Task<int> IdOfAsync(Sample bot) => int.Parse((await bot.PrintsAsync("bot answers as user ")).Split(' ')[^1], CultureInfo.InvariantCulture);

    static async Task<TestClient> LogInAsync(NodeProcess node)
    {
        var options = new ChatClientOptions { Endpoints = [new("127.0.0.1", node.Port)] };
        await using var client = new ChatClient(options);
        await client.ConnectAsync();
        await client.RegisterAsync("alice", "pw");
        return await TestClient.LogInAsync(options, "alice");
    }

    Task<NodeProcess> StartAgainAsync(NodeProcess node) => NodeProcess.StartAsync(
        _folder, settings: [$"--Chat:Port={node.Port}", $"--Chat:WebPort={node.WebPort}", $"--Chat:HttpPort={node.HttpPort}"]);
}
