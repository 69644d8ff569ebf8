using Chat.Client.FullScreen;
using Chat.Protocol;
using Chat.SystemTests.EndToEnd;
using Chat.SystemTests.Samples;
using Chat.Tests.Support;
using ChatActors.Client;
using Xunit;

namespace Chat.SystemTests.Terminals;

/// <summary>The console on the whole screen of a real terminal, with a real node.</summary>
[Collection(NodeCollection.Name)]
public sealed class FullScreenTests
{
    [Fact]
    public async Task Two_people_chat_and_see_how_far_it_is()
    {
        await using var chat = await FullScreenChat.StartAsync();
        var terminal = chat.Terminal;

        await chat.Bob.SendToUserAsync(chat.AliceId, "hello alice");
        await terminal.SeesAsync("hello alice", "1 unread");
        await terminal.PressAsync("C-n");
        await terminal.SeesAsync("bob: hello alice", "bob · online");
        await terminal.TypeAsync("hi bob, how are you?\n");
        await terminal.SeesAsync("you: hi bob, how are you? ✓");

        var answer = await chat.BobReceivesAsync("hi bob, how are you?");
        await terminal.SeesAsync("how are you? ✓✓");
        await chat.Bob.MarkReadAsync(answer.Conversation, answer.Seq);
        await terminal.SeesAsync("how are you? ✓✓ read");
        await chat.Bob.Watching.TypeAsync(answer.Conversation);
        await terminal.SeesAsync("bob is writing…");

        await terminal.PressAsync("Up");
        await terminal.TypeAsync("e");
        await terminal.TypeAsync(" Fine?\n");
        await terminal.SeesAsync("you: hi bob, how are you? Fine? (edited)");
    }

    [Fact]
    public async Task A_group_that_one_is_let_into_has_its_name_at_once()
    {
        await using var chat = await FullScreenChat.StartAsync();
        var group = await chat.Bob.CreateGroupAsync("friends", "");

        await chat.Bob.ChangeMembersAsync(new ChangeMembersRequest(group) { Add = [chat.AliceId] });

        await chat.Terminal.SeesAsync(" friends");
    }

    [Fact]
    public async Task Columns_are_aligned_in_every_script_and_hostile_texts_are_harmless()
    {
        await using var chat = await FullScreenChat.StartAsync();
        var terminal = chat.Terminal;
        await chat.Bob.SendToUserAsync(chat.AliceId, "你好，世界！ 👨‍👩‍👧 👍🏽 🇩🇪 ❤️ 한국어");
        await chat.Bob.SendToUserAsync(chat.AliceId, "\u001b]2;taken over\u0007\u001b[2J\u001b[1;1Hhostile\u202e\u009b5A");
        await terminal.SeesAsync("taken over");
        await terminal.PressAsync("C-n");

        var screen = await terminal.SeesAsync("bob: 你好，世界！", "bob: ·]2;taken over··[2J·[1;1Hhostile");

        var rows = screen.Split('\n').Where(row => row.Contains('│', StringComparison.Ordinal)).ToList();
        Assert.Equal(21, rows.Count); // all but the bar, the news and the input
        Assert.Single(rows.Select(row => CellText.Width(row[..row.IndexOf('│', StringComparison.Ordinal)])).Distinct());
        Assert.DoesNotContain("taken over", await terminal.AskAsync("pane_title"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_terminal_that_becomes_narrow_shows_the_messages_and_wide_again_both()
    {
        await using var chat = await FullScreenChat.StartAsync();
        var terminal = chat.Terminal;
        await chat.Bob.SendToUserAsync(chat.AliceId, "a text that is long enough to be wrapped on a narrow screen");
        await terminal.SeesAsync("a text that");
        await terminal.PressAsync("C-n");
        await terminal.SeesAsync("bob: a text that is long", "│");

        await terminal.ResizeAsync(30, 12);
        var narrow = await terminal.SeesAsync(screen => screen.Contains("bob: a text", StringComparison.Ordinal) && !screen.Contains('│', StringComparison.Ordinal), "a narrow screen");
        Assert.Contains("a narrow screen", string.Join(' ', narrow.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        await terminal.PressAsync("C-b");
        await terminal.SeesAsync(screen => screen.Contains(">bob", StringComparison.Ordinal) && !screen.Contains("bob: a text", StringComparison.Ordinal), "the list alone");

        await terminal.ResizeAsync(100, 24);
        await terminal.SeesAsync(">bob", "bob: a text that is long", "│");
    }

    [Fact]
    public async Task Older_messages_come_when_one_goes_up()
    {
        await using var chat = await FullScreenChat.StartAsync();
        var terminal = chat.Terminal;
        for (var at = 1; at <= 80; at++)
            await chat.Bob.SendToUserAsync(chat.AliceId, $"message {at}.");
        await terminal.SeesAsync("message 80.");
        await terminal.PressAsync("C-n");
        await terminal.SeesAsync("bob: message 80.");

        await Eventually.EqualAsync(
            true,
            async () =>
            {
                await terminal.PressAsync("PageUp");
                return (await terminal.CaptureAsync()).Contains("bob: message 1.", StringComparison.Ordinal);
            },
            TestNode.Patience * 2);
        await terminal.PressAsync("End");
        await terminal.SeesAsync("bob: message 80.");
    }

    [Fact]
    public async Task A_node_that_dies_is_told_and_what_is_typed_arrives_when_it_is_back()
    {
        using var folder = new TestFolder();
        var node = await NodeProcess.StartAsync(folder, null, "--Chat:Accounts:PasswordIterations=1000");
        try
        {
            await using var bob = await FullScreenChat.LogInAsync(node.Port, "bob");
            await using var terminal = await TmuxTerminal.StartAsync();
            await terminal.StartConsoleAsync(node.Port, "--name alice --password wonderland --register");
            await terminal.SeesAsync("logged in as alice");
            await terminal.TypeAsync("/to bob\n");
            await terminal.TypeAsync("before\n");
            await terminal.SeesAsync("you: before ✓");
            var port = node.Port;
            await node.KillAsync();
            await terminal.SeesAsync("connection lost");
            await terminal.TypeAsync("are you still there?\n");
            await terminal.SeesAsync("are you still there? … sending");

            await node.DisposeAsync();
            node = await NodeProcess.StartAsync(folder, null, "--Chat:Accounts:PasswordIterations=1000", $"--Chat:Port={port}");

            await terminal.SeesAsync(screen => screen.Contains("you: are you still there? ✓", StringComparison.Ordinal) && !screen.Contains("reconnecting", StringComparison.Ordinal), "the message");
            var history = await bob.FetchHistoryAsync(ConversationId.Direct(bob.UserId!.Value, (await bob.FindUserAsync("alice"))!.Id));
            Assert.Equal(["before", "are you still there?"], history.Messages.Select(message => message.Text));
        }
        finally
        {
            await node.DisposeAsync();
        }
    }

    [Theory]
    [InlineData("C-c")]
    [InlineData("TERM")]
    [InlineData("HUP")]
    public async Task The_terminal_is_given_back(string how)
    {
        await using var chat = await FullScreenChat.StartAsync();
        var terminal = chat.Terminal;
        Assert.Equal("1", await terminal.AskAsync("alternate_on"));

        if (how == "C-c")
            await terminal.PressAsync(how);
        else
            await FullScreenChat.SignalAsync(how, await File.ReadAllTextAsync(terminal.PidFile));

        await terminal.IsGivenBackAsync();
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_named_on_the_screen_of_the_shell()
    {
        await using var terminal = await TmuxTerminal.StartAsync();
        await terminal.StartConsoleAsync(1, "--name alice --password wonderland");

        await terminal.SeesAsync("cannot connect to 127.0.0.1:1");
        await terminal.IsGivenBackAsync();
        await terminal.SeesAsync("cannot connect to 127.0.0.1:1");
    }

    [Fact]
    public async Task Lines_are_written_when_they_are_asked_for_or_come_from_a_pipe()
    {
        await using var chat = await FullScreenChat.StartAsync(logsIn: false);
        var terminal = chat.Terminal;

        await terminal.StartConsoleAsync(chat.Port, "--plain");
        await terminal.SeesAsync("/help lists the commands");
        Assert.Equal("0", await terminal.AskAsync("alternate_on"));
        await terminal.TypeAsync("/quit\n");
        await terminal.IsGivenBackAsync();

        await terminal.TypeAsync($"printf '/register dave pw\\n/login dave pw\\n/quit\\n' | dotnet {Sample.ProgramOf("Chat.Client")} --endpoint 127.0.0.1:{chat.Port}\n");
        await terminal.SeesAsync("logged in as dave");
        await terminal.IsGivenBackAsync();
    }
}
