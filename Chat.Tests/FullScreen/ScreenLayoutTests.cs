using Chat.Client.FullScreen;
using Chat.Protocol;
using ChatActors.Client;
using Xunit;
using static Chat.Tests.FullScreen.FullScreenScene;

namespace Chat.Tests.FullScreen;

public sealed class ScreenLayoutTests
{
    readonly FullScreenScene _scene = new();

    [Fact]
    public void A_wide_terminal_shows_the_list_beside_the_messages()
    {
        _scene.Receive(Message(Team, 1, Bob, "@alice look") with { References = new() { Mentions = [Alice] } }, isSeen: false);
        _scene.Open(WithBob, Message(WithBob, 1, Alice, "hello bob"), Message(WithBob, 2, Bob, "hi, how are you?"));

        var text = _scene.Text();

        Assert.Contains("alice · 127.0.0.1:6000", text, StringComparison.Ordinal);
        Assert.Contains("1 unread", text, StringComparison.Ordinal);
        Assert.Matches(@"team +@1 1 +│", text);
        Assert.Contains("bob: @alice look", text, StringComparison.Ordinal);
        Assert.Contains(">bob", text, StringComparison.Ordinal);
        Assert.Contains("20:24 you: hello bob ✓", text, StringComparison.Ordinal);
        Assert.Contains("20:24 bob: hi, how are you?", text, StringComparison.Ordinal);
        Assert.EndsWith("bob>", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Columns_stay_aligned_whatever_is_written_in_them()
    {
        _scene.Model.Contacts.LearnUser(Bob, "张伟👨‍👩‍👧🇩🇪");
        _scene.Open(WithBob, Message(WithBob, 1, Bob, "你好，世界！👍🏽 e\u0301 \u202eevil\u001b[5A 한국어"));

        foreach (var width in new[] { 60, 61, 80, 133 })
        {
            var frame = _scene.Draw(width);
            var dividers = Enumerable.Range(1, 17).Select(row => frame[row].Single(piece => piece.Text == "│").Column).Distinct();
            Assert.Single(dividers);
            AssertFits(frame);
        }
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 3)]
    [InlineData(10, 4)]
    [InlineData(30, 8)]
    [InlineData(59, 20)]
    [InlineData(200, 5)]
    public void No_size_is_too_small_and_nothing_stands_outside(int width, int height)
    {
        _scene.Open(WithBob, Message(WithBob, 1, Bob, "a text that is longer than the narrow ones"));
        _scene.View.Say("some news that are rather long for such a screen");
        _scene.View.Input.Set("something that is being typed, 你好");

        var frame = _scene.Draw(width, height);

        AssertFits(frame);
        Assert.InRange(frame.CursorColumn, 0, width - 1);
        Assert.InRange(frame.CursorRow, 0, height - 1);
    }

    [Fact]
    public void A_narrow_terminal_shows_the_messages_or_the_list()
    {
        _scene.Open(WithBob, Message(WithBob, 1, Bob, "hello"));
        _scene.Receive(Message(Team, 1, Bob, "there"), isSeen: false);
        Assert.Contains("bob: hello", _scene.Text(40), StringComparison.Ordinal);
        Assert.DoesNotContain("team", _scene.Text(40), StringComparison.Ordinal);

        _scene.View.ShowsList = true;
        Assert.Contains("team", _scene.Text(40), StringComparison.Ordinal);
        Assert.DoesNotContain("20:24", _scene.Text(40), StringComparison.Ordinal);
    }

    [Fact]
    public void Ticks_tell_how_far_a_message_is()
    {
        var timeline = _scene.Open(WithBob, Message(WithBob, 1, Alice, "one"), Message(WithBob, 2, Alice, "two"), Message(WithBob, 3, Alice, "three"));
        _scene.Model.Apply(new ReceiptReceived(WithBob, Bob, Received: 2, Read: 1), isSeen: true, Now);
        timeline.Send(Message(WithBob, 0, Alice, "four"));
        timeline.Send(Message(WithBob, 0, Alice, "five")).Failure = "blocked";

        var text = _scene.Text();

        Assert.Contains("you: one ✓✓ read", text, StringComparison.Ordinal);
        Assert.Matches("you: two ✓✓ *\n", text);
        Assert.Matches("you: three ✓ *\n", text);
        Assert.Contains("you: four … sending", text, StringComparison.Ordinal);
        Assert.Contains("you: five ✗ not sent: blocked", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Nobody_is_told_how_far_a_group_is()
    {
        _scene.Open(Team, Message(Team, 1, Alice, "hello all"));
        Assert.Matches("you: hello all ✓ *\n", _scene.Text());
    }

    [Fact]
    public void A_line_stands_in_front_of_what_is_new()
    {
        _scene.Model.Show([new(new ConversationSummary(WithBob, 3) { Read = 1, Unread = 2 }, null)]);
        _scene.Open(WithBob, Message(WithBob, 1, Bob, "old"), Message(WithBob, 2, Bob, "fresh"), Message(WithBob, 3, Bob, "fresher"));

        var lines = _scene.Text().Split('\n').ToList();

        var rule = lines.FindIndex(line => line.Contains("new messages", StringComparison.Ordinal));
        Assert.Contains("bob: old", lines[rule - 1], StringComparison.Ordinal);
        Assert.Contains("bob: fresh", lines[rule + 1], StringComparison.Ordinal);
        Assert.Single(lines, line => line.Contains("new messages", StringComparison.Ordinal));
    }

    [Fact]
    public void Replies_changes_files_reactions_threads_and_system_messages_are_shown()
    {
        _scene.Open(
            Team,
            Message(Team, 1, Bob, "when do we meet?") with { Threaded = new(2, 9) },
            Message(Team, 2, Alice, "at five") with { References = new() { Reply = 1 }, Edited = 5, IsPinned = true, Rev = 1 },
            Message(Team, 3, Bob, "") with { Attachments = [new("a_1") { Name = "map.pdf", Size = 12_345, Type = "application/pdf" }], Reactions = new Dictionary<string, int> { ["👍"] = 3 } },
            Message(Team, 4, Bob, "") with { Recalled = new(Bob, 5) },
            new ChatMessage(Team, 5, 0, "*", "bob let carol in") { System = new("added", Bob, [3]), Timestamp = 1 });

        var text = _scene.Text();

        Assert.Contains("│ bob: when do we meet?", text, StringComparison.Ordinal);
        Assert.Contains("you: at five (edited, pinned) ✓", text, StringComparison.Ordinal);
        Assert.Contains("[map.pdf, 12.3 kB]", text, StringComparison.Ordinal);
        Assert.Contains("👍 3", text, StringComparison.Ordinal);
        Assert.Contains("bob: (taken back by bob)", text, StringComparison.Ordinal);
        Assert.Contains("* bob let carol in", text, StringComparison.Ordinal);
        Assert.Contains("thread: 2 replies", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Presence_typing_and_a_lost_connection_are_told()
    {
        _scene.Open(WithBob);
        _scene.Model.Apply(new PresenceChanged([new(Bob, PresenceState.Away)]), isSeen: true, Now);
        _scene.Model.Apply(new TypingChanged(WithBob, Bob, IsOn: true, TimeSpan.FromSeconds(6)), isSeen: true, Now);
        Assert.Contains("bob · away · bob is writing…", _scene.Text(), StringComparison.Ordinal);

        _scene.Model.Apply(new ConnectionLost("the server closed the connection"), isSeen: true, Now);
        var text = _scene.Text();
        Assert.Contains("connection lost (the server closed the connection), reconnecting", text, StringComparison.Ordinal);
        Assert.DoesNotContain("away", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_draft_a_pin_and_a_mute_are_in_the_list_and_muted_ones_are_not_in_the_sum()
    {
        _scene.Receive(Message(Team, 1, Bob, "hello"), isSeen: false);
        _scene.Model.EntryOf(WithBob).Draft = "half";
        _scene.Model.Show(new UserSettings(PresencePrivacy.Everyone, [Team], [WithBob]));

        var text = _scene.Text();

        Assert.Contains("*bob", text, StringComparison.Ordinal);
        Assert.Contains("~team", text, StringComparison.Ordinal);
        Assert.Contains("draft: half", text, StringComparison.Ordinal);
        Assert.DoesNotContain("unread", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_is_not_shown()
    {
        (_scene.View.Mode, _scene.View.Prompt) = (InputMode.Secret, "password of alice");
        _scene.View.Input.Set("wonderland");

        var text = _scene.Text();

        Assert.EndsWith("password of alice>", text, StringComparison.Ordinal);
        Assert.DoesNotContain("wonderland", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_line_shows_where_one_types()
    {
        _scene.Open(WithBob);
        _scene.View.Input.Set($"{new string('x', 200)}你好");

        var frame = _scene.Draw(80, 10);

        Assert.EndsWith("你好", frame.TextOf(9), StringComparison.Ordinal);
        Assert.Equal(79, frame.CursorColumn, 1d);
    }

    static void AssertFits(Frame frame)
    {
        for (var row = 0; row < frame.Height; row++)
            Assert.All(frame[row], piece => Assert.True(piece.Column + CellText.Width(piece.Text) <= frame.Width, $"{row}: {piece}"));
    }
}
