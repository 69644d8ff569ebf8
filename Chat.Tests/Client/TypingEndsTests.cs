using Chat.Protocol;
using Chat.Tests.Actors;
using ChatActors.Client;
using ChatActors.Client.Watching;
using Xunit;

namespace Chat.Tests.Client;

/// <summary>Typing is over by itself, and the application is told.</summary>
public sealed class TypingEndsTests : IDisposable
{
    static readonly ConversationId Pair = ConversationId.Direct(1, 2);
    static readonly TimeSpan Expires = TimeSpan.FromSeconds(6);

    readonly TestClock _clock = new();
    readonly List<TypingChanged> _told = [];
    readonly TypingEnds _ends;

    public TypingEndsTests()
    {
        _clock.Stop();
        _ends = new TypingEnds(_clock, _told.Add);
    }

    public void Dispose() => _ends.Dispose();

    [Fact]
    public void It_ends_when_nothing_was_heard_for_so_long()
    {
        On(1);
        _clock.Advance(TimeSpan.FromSeconds(4));
        On(1); // goes on
        _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Empty(_told);
        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal([new TypingChanged(Pair, 1, IsOn: false, TimeSpan.Zero)], _told);
        _clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Single(_told);
    }

    [Fact]
    public void What_the_server_has_ended_does_not_end_twice_and_a_lost_connection_ends_all()
    {
        On(1);
        On(2);
        _ends.On(new TypingChanged(Pair, 1, IsOn: false, Expires));
        _ends.EndAll();
        _clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal([2], _told.Select(typing => typing.UserId));
    }

    void On(int userId) => _ends.On(new TypingChanged(Pair, userId, IsOn: true, Expires));
}
