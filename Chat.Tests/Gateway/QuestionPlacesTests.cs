using Chat.Node.Gateway;
using Chat.Tests.Support;
using Xunit;

namespace Chat.Tests.Gateway;

public sealed class QuestionPlacesTests
{
    static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);
    readonly ManualClock _clock = new();
    readonly QuestionPlaces _places;

    public QuestionPlacesTests() => _places = new QuestionPlaces(2, _clock);

    [Fact]
    public void The_oldest_that_asks_nothing_gives_way()
    {
        var oldest = Open();
        Assert.True(_places.Judge(TimeSpan.Zero).HasRoom);
        Open();
        Pass(QuestionPlaces.SilentStay);
        Assert.Same(oldest, _places.Judge(TimeSpan.Zero).GivesWay);
        _places.Leave(oldest);
        Assert.True(_places.Judge(TimeSpan.Zero).HasRoom);
    }

    [Fact]
    public void Who_has_just_come_has_a_moment_to_ask()
    {
        Open();
        Open();
        Assert.Equal((false, null, QuestionPlaces.SilentStay - Moment - Moment), _places.Judge(TimeSpan.Zero));
    }

    [Fact]
    public void What_was_said_is_read_before_somebody_gives_way_and_who_is_silent_does_so_at_once()
    {
        Open(hasSpoken: true);
        var silent = Open();
        Pass(QuestionPlaces.SilentStay);
        Assert.Same(silent, _places.Judge(TimeSpan.Zero).GivesWay);
        _places.Leave(silent);
        var other = Open(hasSpoken: true);
        Assert.Null(_places.Judge(TimeSpan.Zero).GivesWay);
        Pass(QuestionPlaces.UnreadStay);
        Assert.NotSame(other, _places.Judge(TimeSpan.Zero).GivesWay);
    }

    /// <summary>Whoever comes first is in the way of nobody who may go at once.</summary>
    [Fact]
    public void Who_has_asked_gives_way_while_a_newcomer_has_its_moment()
    {
        var prober = Open();
        prober.Begin();
        prober.End();
        Pass(QuestionPlaces.SilentStay);
        Open();
        Assert.Same(prober, _places.Judge(TimeSpan.Zero).GivesWay);
    }

    [Fact]
    public void Who_is_being_answered_stays_and_the_newcomer_waits()
    {
        var one = Open();
        var other = Open();
        one.Begin();
        other.Begin();
        Pass(TimeSpan.FromMinutes(1));
        Assert.Null(_places.Judge(TimeSpan.FromMinutes(1)).GivesWay);
        other.End();
        Assert.Null(_places.Judge(TimeSpan.Zero).GivesWay); // its answer is on its way
        Pass(QuestionPlaces.SilentStay);
        Assert.Same(other, _places.Judge(TimeSpan.Zero).GivesWay);
    }

    [Fact]
    public void Who_has_asked_before_stays_longer_than_who_has_not()
    {
        var prober = Open();
        prober.Begin();
        prober.End();
        var stranger = Open();
        Pass(TimeSpan.FromMinutes(1));
        Assert.Same(stranger, _places.Judge(TimeSpan.Zero).GivesWay);
    }

    [Fact]
    public void Who_asks_without_a_pause_keeps_nobody_out()
    {
        var one = Open();
        Open().Begin();
        one.Begin();
        one.End();
        Assert.Null(_places.Judge(TimeSpan.Zero).GivesWay);
        Assert.Same(one, _places.Judge(QuestionPlaces.UnreadStay).GivesWay);
    }

    QuestionPlace Open(bool hasSpoken = false)
    {
        var place = _places.Open(() => hasSpoken);
        Pass(Moment);
        return place;
    }

    void Pass(TimeSpan time) => _clock.Now += time;
}
