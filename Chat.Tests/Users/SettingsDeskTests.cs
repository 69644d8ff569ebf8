using Akka.Actor;
using Akka.TestKit;
using Chat.Node.Contracts;
using Chat.Node.Users;
using Chat.Protocol;
using Chat.Tests.Actors;
using Xunit;

namespace Chat.Tests.Users;

/// <summary>Everybody who asks for settings gets one answer, whatever becomes of the actor that keeps them.</summary>
public sealed class SettingsDeskTests : ActorTest
{
    const long Session = 42;

    readonly IActorContext _context;
    readonly SettingsDesk _desk;
    readonly TestProbe _asker;

    public SettingsDeskTests()
    {
        _context = ActorOfAsTestActorRef<Host>().UnderlyingActor.OwnContext;
        _desk = new SettingsDesk(Bob, Presence, Clock);
        _asker = NewProbe();
    }

    [Fact]
    public void A_request_is_open_until_it_is_settled()
    {
        Ask();
        Assert.Equal((true, Session), (_desk.HasOpenWork, _desk.OriginOf(1)));
        var answer = new SettingsAnswer(ErrorCode.Malformed, "no", null);
        _desk.OnSettled(new SettingsSettled(1, answer, null));
        Assert.Equal(answer, Answer());
        Assert.Equal((false, null), (_desk.HasOpenWork, _desk.OriginOf(1)));
        _desk.OnSettled(new SettingsSettled(1, answer, null));
        _asker.ExpectNoMsg(50);
    }

    [Fact]
    public void So_many_may_be_open()
    {
        for (var i = 0; i < 100; i++)
            Ask();
        _asker.ExpectNoMsg(50);
        Ask();
        Assert.Equal(SettingsAnswer.Unavailable, Answer());
    }

    [Fact]
    public void Settings_that_end_leave_nobody_without_an_answer()
    {
        Ask();
        Assert.False(_desk.OnTerminated(_asker.Ref));
        Assert.True(_desk.HasOpenWork);
        Assert.True(_desk.OnTerminated(_context.GetChildren().Single()));
        Assert.Equal(SettingsAnswer.Unavailable, Answer());
        Assert.False(_desk.HasOpenWork);
    }

    [Fact]
    public void Settings_that_do_not_answer_are_given_up()
    {
        Assert.False(_desk.OnTick(_context));
        Ask();
        Clock.Advance(TimeSpan.FromSeconds(4));
        Assert.False(_desk.OnTick(_context));
        Clock.Advance(TimeSpan.FromSeconds(2));
        Assert.True(_desk.OnTick(_context));
        Assert.Equal(SettingsAnswer.Unavailable, Answer());
    }

    [Fact]
    public void Idle_settings_end_only_when_nothing_is_open()
    {
        Ask();
        var settings = _context.GetChildren().Single();
        Watch(settings);
        _desk.OnIdle(_context, settings);
        ExpectNoMsg(50);
        _desk.Stop();
        Assert.Equal(SettingsAnswer.Unavailable, Answer());
        _desk.OnIdle(_context, settings);
        ExpectTerminated(settings);
    }

    void Ask() => _desk.Ask(_context, _asker.Ref, Session, null);

    SettingsAnswer Answer() => _asker.ExpectMsg<SettingsAnswer>();

    /// <summary>The parent of the settings; what they answer is not passed on.</summary>
    sealed class Host : UntypedActor
    {
        public IActorContext OwnContext { get; } = Context;

        protected override void OnReceive(object message)
        {
        }
    }
}
