using ChatActors.Client;
using Xunit;
using static Chat.Tests.FullScreen.FullScreenScene;

namespace Chat.Tests.FullScreen;

/// <summary>How one looks at messages: further up, and at one of them.</summary>
public sealed class ScreenViewTests
{
    readonly FullScreenScene _scene = new();

    public ScreenViewTests() => _scene.Open(WithBob, [.. Enumerable.Range(101, 50).Select(seq => Message(WithBob, seq, Bob, $"message {seq}."))]);

    [Fact]
    public void The_newest_messages_are_seen_and_those_that_come()
    {
        Assert.Contains("message 150.", _scene.Text(), StringComparison.Ordinal);

        _scene.Receive(Message(WithBob, 151, Bob, "message 151."));
        Assert.Contains("message 151.", _scene.Text(), StringComparison.Ordinal);
    }

    [Fact]
    public void Who_reads_further_up_is_not_moved_by_what_comes()
    {
        _scene.Text();
        _scene.View.Scroll(20);
        var before = Messages();

        for (var seq = 151; seq < 155; seq++)
            _scene.Receive(Message(WithBob, seq, Bob, "a text so long that it takes more than one row of this screen, at least two rows"));

        Assert.Equal(before, Messages());
        Assert.Contains("rows below", _scene.Text(), StringComparison.Ordinal);
        _scene.View.Follow();
        Assert.Contains("so long that", _scene.Text(), StringComparison.Ordinal);
    }

    [Fact]
    public void Older_messages_above_move_nothing_either()
    {
        var timeline = _scene.Model.Timeline!;
        _scene.Text();
        _scene.View.Scroll(1000);
        var before = Messages();
        Assert.Contains("message 101.", before[0], StringComparison.Ordinal);
        Assert.True(_scene.View.IsAtTop);

        timeline.Add(new HistoryPage([.. Enumerable.Range(91, 10).Select(seq => Message(WithBob, seq, Bob, "older"))], HasMore: true));

        Assert.Equal(before[^1], Messages()[^1]);
    }

    [Fact]
    public void Picking_goes_up_from_the_newest_and_scrolls()
    {
        long[] seqs = [.. Enumerable.Range(101, 50)];
        for (var step = 0; step < 30; step++)
            _scene.View.Pick(seqs, -1);

        Assert.Equal(121, _scene.View.Picked);
        Assert.Contains(">20:24 bob: message 121.", _scene.Text(), StringComparison.Ordinal);

        for (var step = 0; step < 30; step++)
            _scene.View.Pick(seqs, 1);
        Assert.Equal(0, _scene.View.Picked);
    }

    [Fact]
    public void The_oldest_one_stays_picked()
    {
        _scene.View.Pick([4, 5], -1);
        _scene.View.Pick([4, 5], -1);
        _scene.View.Pick([4, 5], -1);

        Assert.Equal(4, _scene.View.Picked);
    }

    [Fact]
    public void A_panel_scrolls_within_its_lines()
    {
        _scene.View.ShowPanel([.. Enumerable.Range(1, 40).Select(line => $"line {line}.")]);
        Assert.Contains("line 1.", _scene.Text(), StringComparison.Ordinal);

        _scene.View.Scroll(-1000);
        Assert.Contains("line 40.", _scene.Text(), StringComparison.Ordinal);
        _scene.View.Scroll(1000);
        Assert.Contains("line 1.", _scene.Text(), StringComparison.Ordinal);
        Assert.DoesNotContain("bob", _scene.Text().Split('\n')[2], StringComparison.Ordinal);
    }

    List<string> Messages() => [.. _scene.Text().Split('\n').Select(line => line.Split('│')[^1]).Where(line => line.Contains("bob: message ", StringComparison.Ordinal))];
}
