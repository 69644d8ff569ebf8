using Chat.Protocol;
using Chat.Tests.Support;
using Xunit;

namespace Chat.Tests.FullScreen;

/// <summary>The whole of it against a server that is played, with keys from a test and a terminal that is a text.</summary>
public sealed class FullScreenSessionTests : FullScreenSessionTest
{
    [Fact]
    public async Task A_line_is_sent_to_the_conversation_that_is_open()
    {
        var session = await StartWithBobAsync("hello alice");
        Type("hi bob");
        Press(ConsoleKey.Enter);
        await SeesAsync("you: hi bob ✓");

        Assert.Equal("hi bob", Server.Store.Log(AliceAndBob)[^1].Text);
        Assert.Equal(0, await LeaveAsync(session));
    }

    [Fact]
    public async Task What_is_open_is_read()
    {
        Server.Live.Listed.Add(new(AliceAndBob, 1) { Unread = 1 });
        var posted = Server.Post(Bob, AliceAndBob, "hello alice");
        var session = Start();
        await SeesAsync("hello alice");
        Assert.Empty(Server.Requests.Items.OfType<ReadRequest>());

        Press(ConsoleKey.N, ConsoleModifiers.Control);

        var read = await Server.Requests.FirstAsync<ReadRequest>();
        Assert.Equal((AliceAndBob, posted.Seq), (read.Conversation, read.Seq));
        await LeaveAsync(session);
    }

    [Fact]
    public async Task A_lost_connection_is_told_and_what_was_typed_goes_out_later()
    {
        Server.Live.Listed.Add(new(AliceAndBob, 0));
        var session = Start();
        await SeesAsync("bob");
        Press(ConsoleKey.N, ConsoleModifiers.Control);
        Server.IsDown = true;
        Server.DropConnections();
        await SeesAsync("reconnecting");

        Type("are you there?");
        Press(ConsoleKey.Enter);
        await SeesAsync("… sending");
        Server.IsDown = false;

        await SeesAsync("you: are you there? ✓");
        await LeaveAsync(session);
    }

    [Fact]
    public async Task A_message_is_picked_answered_reacted_to_and_taken_back_with_letters()
    {
        Server.Features = [.. Server.Features, "replies"];
        Server.Live.Listed.Add(new(AliceAndBob, 1));
        var posted = Server.Post(Bob, AliceAndBob, "lunch?");
        var session = Start();
        await SeesAsync("lunch?");
        Press(ConsoleKey.N, ConsoleModifiers.Control);
        await SeesAsync("bob: lunch?");

        Press(ConsoleKey.UpArrow);
        Type("r");
        await SeesAsync("reply to bob>");
        Type("yes");
        Press(ConsoleKey.Enter);
        await SeesAsync("│ bob: lunch?");
        await SeesAsync("you: yes ✓");

        Press(ConsoleKey.UpArrow);
        Press(ConsoleKey.UpArrow);
        Type("a");
        await SeesAsync("emoji>");
        Type("👍");
        Press(ConsoleKey.Enter);
        await SeesAsync("👍 1");
        var reaction = await Server.Requests.FirstAsync<ChangeMessageRequest>();
        Assert.Equal((posted.Seq, ChangeKind.React, "👍"), (reaction.Seq, reaction.Kind, reaction.Text));

        Press(ConsoleKey.UpArrow);
        Type("x");
        await SeesAsync("(taken back by you)");
        await LeaveAsync(session);
    }

    [Fact]
    public async Task Older_messages_come_when_one_goes_up()
    {
        Server.Live.Listed.Add(new(AliceAndBob, 120));
        for (var at = 1; at <= 120; at++)
            Server.Post(Bob, AliceAndBob, $"message {at}.");
        var session = Start();
        await SeesAsync("message 120.");
        Press(ConsoleKey.N, ConsoleModifiers.Control);
        await SeesAsync("bob: message 120.");

        Press(ConsoleKey.Home);

        await Eventually.EqualAsync(true, () =>
        {
            Press(ConsoleKey.PageUp);
            return Task.FromResult(Written.Contains("message 3.", StringComparison.Ordinal));
        });
        Assert.Contains(Server.Requests.Items.OfType<FetchHistoryRequest>(), request => request.Before > 0);
        await LeaveAsync(session);
    }

    [Fact]
    public async Task The_terminal_is_given_back_whatever_happens()
    {
        var session = Start();
        await SeesAsync("logged in as alice");
        await LeaveAsync(session);

        Assert.StartsWith("\u001b[?1049h", Written, StringComparison.Ordinal);
        Assert.EndsWith("\u001b[?25h\u001b[?1049l", Written, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_not_there_ends_it_with_a_word_about_it()
    {
        await Server.DisposeAsync();

        Assert.Equal(3, await Start().WaitAsync(Eventually.Patience));
        Assert.Contains($"{Server.Port}", Written[Written.IndexOf("\u001b[?1049l", StringComparison.Ordinal)..], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Texts_of_others_cannot_write_to_the_terminal()
    {
        Server.Live.Listed.Add(new(AliceAndBob, 1));
        Server.Post(Bob, AliceAndBob, "\u001b]52;c;aGFjaw==\u0007\u001b[2Jend");
        var session = Start();
        await SeesAsync("]52;c");
        Press(ConsoleKey.N, ConsoleModifiers.Control);
        await SeesAsync("[2Jend");
        await LeaveAsync(session);

        Assert.DoesNotContain("\u001b]52", Written, StringComparison.Ordinal);
        Assert.DoesNotContain('\u0007', Written);
        Assert.DoesNotContain("\u001b[2Jend", Written, StringComparison.Ordinal);
    }
}
